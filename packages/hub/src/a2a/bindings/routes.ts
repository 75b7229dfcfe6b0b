/** The HTTP routes of A2A: cards, open to all, and the bindings, for callers with a token. */
import type { ServerResponse } from "node:http";
import { sendJson } from "../../http/body.ts";
import type { Route } from "../../http/route.ts";
import type { Registry } from "../registry.ts";
import { answerJsonRpc } from "./json-rpc.ts";

const cardPath = ".well-known/agent-card.json";
const home = "/a2a/";

/** The routes. `front` names the agent whose card stands at the well-known path of the whole hub. */
export function a2aRoutes(registry: Registry, limitBytes: number, front: string): readonly Route[] {
  const sendCard = (response: ServerResponse, name: string): void =>
    sendJson(response, 200, registry.get(name).cardJson, { "cache-control": "public, max-age=60" });
  return [
    { method: "GET", path: `/${cardPath}`, access: "open", handle: async (_request, response) => sendCard(response, front) },
    {
      method: "GET",
      path: "/a2a/*",
      access: "open",
      handle: async (_request, response, url) => sendCard(response, agentName(url, cardPath)),
    },
    {
      method: "POST",
      path: "/a2a/*",
      access: "token",
      handle: (request, response, url, caller) =>
        answerJsonRpc(registry.served(agentName(url, "")), caller, request, response, limitBytes),
    },
  ];
}

function agentName(url: URL, rest: string): string {
  const [name = "", ...tail] = url.pathname.slice(home.length).split("/");
  return tail.join("/") === rest ? decodeURIComponent(name) : url.pathname.slice(home.length);
}
