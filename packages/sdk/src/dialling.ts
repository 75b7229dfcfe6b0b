/**
 * The way to a hub: over its Unix socket on one machine, or over HTTP to wherever it is, by an upgrade of one connection
 * (`Upgrade: entente-pipe`), as WebSockets do it, so that proxies and TLS serve it like any other request.
 */
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { dialOver, type Endpoint, unixSocket } from "@entente/pipe";
import { SdkError } from "./errors.ts";

/** The protocol that a connection to a hub is upgraded to. */
export const upgradeProtocol = "entente-pipe";

// A network may drop a connection between two that live; a Unix socket closes only when its owner does.
const resume = { graceMs: 15_000 };

/** How a hub is dialled. */
export interface DialHubOptions {
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How long an answer to the upgrade may take. Default 10 s. */
  readonly answerMs?: number | undefined;
}

/** Opens a pipe to a hub. Throws HUB_ADDRESS_INVALID, HUB_UNREACHABLE, HUB_REFUSED. */
export async function dialHub(hub: string, { token, signal, answerMs = 10_000 }: DialHubOptions): Promise<Endpoint> {
  try {
    if (hub.startsWith("unix:")) return await unixSocket.dial(hub, { signal });
    if (!URL.canParse(hub) || !/^https?:$/.test(new URL(hub).protocol)) throw new SdkError("HUB_ADDRESS_INVALID", { got: hub });
    const url = new URL("/pipe", hub);
    return await dialOver(url.href, (within) => upgrade(url, token, within, answerMs), { resume, signal });
  } catch (thrown) {
    if (thrown instanceof SdkError || signal?.aborted) throw thrown;
    throw new SdkError("HUB_UNREACHABLE", { hub, problem: messageOf(thrown) }, { cause: thrown });
  }
}

async function upgrade(url: URL, token: string | undefined, signal: AbortSignal | undefined, answerMs: number): Promise<Socket> {
  const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, {
    headers: {
      connection: "Upgrade",
      upgrade: upgradeProtocol,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    agent: false,
    ...(signal ? { signal } : {}),
  });
  // What takes a connection in and says nothing, as a proxy may whose hub is gone, would hold up every later attempt.
  const late = setTimeout(() => request.destroy(new Error(`no answer to the upgrade within ${answerMs} ms`)), answerMs);
  request.end();
  const upgraded = once(request, "upgrade").then(([, socket, head]: unknown[]) => [socket, head] as [Socket, Buffer]); // why: node:http's own arguments
  const answered = once(request, "response").then(async ([response]) => {
    const said = (await response.toArray()).join("");
    throw new SdkError("HUB_REFUSED", { hub: url.origin, problem: `${response.statusCode} ${said.slice(0, 300)}` });
  });
  answered.catch(() => {}); // Raced below: whichever comes second has nobody to tell.
  upgraded.catch(() => {});
  const [socket, head] = await Promise.race([upgraded, answered]).finally(() => clearTimeout(late));
  if (head.length > 0) socket.unshift(head);
  socket.setNoDelay(true);
  return socket;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
