/**
 * The HTTP routes of A2A. Cards are open to all; the bindings of an agent lie under its own path, for callers with a token:
 * JSON-RPC at /a2a/NAME itself, HTTP+JSON below it, that of 0.3 below /a2a/NAME/v1. The key that an agent signs with lies beside its card. The well-known path of the hub has the card of its front agent.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Principal } from "../../base/tool.ts";
import { httpErrors, sendJson } from "../../http/body.ts";
import type { Route } from "../../http/route.ts";
import { keysPath } from "../cards.ts";
import type { Registry } from "../registry.ts";
import { headerText } from "./http-call.ts";
import { answerHttpJson } from "./http-json.ts";
import { answerJsonRpc } from "./json-rpc.ts";
import { answerLegacyHttp, isLegacyPath } from "./legacy-http.ts";

const cardPath = ".well-known/agent-card.json";
const oldCardPath = `v0.3/${cardPath}`;
const home = "/a2a/";

/** The routes. `front` names the agent whose card stands at the well-known path of the whole hub. */
export function a2aRoutes(registry: Registry, limitBytes: number, front: string): readonly Route[] {
  const handle = async (request: IncomingMessage, response: ServerResponse, url: URL, caller: Principal): Promise<void> => {
    const [name, path] = placeOf(url);
    if (path === keysPath) return sendJson(response, 200, { keys: [registry.get(name).key.publicJwk] });
    if (isOpen(url.pathname)) return sendCard(registry, name, path === oldCardPath, request, response);
    const served = registry.served(name);
    if (isLegacyPath(path, request))
      return answerLegacyHttp(served, path.slice("v1/".length), caller, request, response, url, limitBytes);
    if (path !== "") return answerHttpJson(served, path, caller, request, response, url, limitBytes);
    const { method = "GET" } = request;
    if (method !== "POST") throw httpErrors.METHOD_NOT_ALLOWED({ method, path: url.pathname, allowed: ["POST"] });
    return answerJsonRpc(served, caller, request, response, limitBytes);
  };
  const access = (path: string): "open" | "token" => (isOpen(path) ? "open" : "token");
  return [
    {
      method: "GET",
      path: `/${cardPath}`,
      access: "open",
      handle: (request, response) => sendCard(registry, front, false, request, response),
    },
    { method: "GET", path: `${home}*`, access, handle },
    { method: "POST", path: `${home}*`, access: "token", handle },
    { method: "DELETE", path: `${home}*`, access: "token", handle },
  ];
}

// The agent's name and what follows it, still escaped; a slash at the end means nothing.
function placeOf({ pathname }: URL): readonly [string, string] {
  const end = pathname.indexOf("/", home.length);
  if (end < 0) return [decodeURIComponent(pathname.slice(home.length)), ""];
  return [decodeURIComponent(pathname.slice(home.length, end)), pathname.slice(end + 1)];
}

// The card, in both its forms, and the public key of an agent are open to all.
function isOpen(path: string): boolean {
  const rest = path.slice(path.indexOf("/", home.length) + 1);
  return path.startsWith(home) && [cardPath, oldCardPath, keysPath].includes(rest);
}

async function sendCard(
  registry: Registry,
  name: string,
  old: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const version = headerText(request, "a2a-version");
  const card = await registry.cardText(name, old || (version !== undefined && /^\s*0\./.test(version)));
  const headers = { etag: card.etag, "cache-control": "public, max-age=60", vary: "A2A-Version" };
  if (request.headers["if-none-match"] === card.etag) return void response.writeHead(304, headers).end();
  response
    .writeHead(200, { ...headers, "content-type": "application/json", "content-length": Buffer.byteLength(card.text) })
    .end(card.text);
}
