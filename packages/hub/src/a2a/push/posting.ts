/** One notification on the wire: its headers, its signature, and the body that its receiver understands. */
import type { Clock } from "../../base/clock.ts";
import type { PartyKey } from "../../security/keys.ts";
import type { Outgoing } from "../../security/outgoing.ts";
import { legacyNotification } from "../bindings/legacy.ts";
import type { Task } from "../protocol.ts";
import type { KeptConfig } from "./desk.ts";
import { signatureHeader, signNotification } from "./signature.ts";

const timeoutMs = 10_000;

/** What posting stands on. */
export interface PostingInput {
  readonly clock: Clock;
  readonly outgoing: Outgoing;
  readonly keyOf: (agent: string) => Promise<PartyKey>;
  readonly taskOf: (id: string) => Promise<Task | undefined>;
}

/** What is posted. */
export interface Posted {
  readonly id: string;
  readonly agent: string;
  readonly task: string;
  readonly body: string;
}

/** Posts a notification to the URL of a configuration; gives the status of the answer, or throws what kept it away. */
export async function postNotification(
  { id, agent, task, body: told }: Posted,
  { url, token, authentication, version }: KeptConfig,
  { clock, outgoing, keyOf, taskOf }: PostingInput,
  signal: AbortSignal,
): Promise<number> {
  const old = version === "0.3";
  const body = old ? await legacyNotification(JSON.parse(told), await taskOf(task)) : told;
  const signature = await signNotification(body, { id, url, at: clock.now() }, await keyOf(agent));
  const { scheme, credentials } = authentication ?? {};
  const headers = {
    "content-type": old ? "application/json" : "application/a2a+json",
    "a2a-version": version ?? "1.0",
    "user-agent": "entente",
    "x-a2a-notification-id": id,
    [signatureHeader]: signature,
    ...(token ? { "x-a2a-notification-token": token } : {}),
    ...(scheme ? { authorization: credentials ? `${scheme} ${credentials}` : scheme } : {}),
  };
  return outgoing.post(url, { headers, body, timeoutMs, signal });
}
