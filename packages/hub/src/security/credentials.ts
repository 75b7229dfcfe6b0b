/** Bearer tokens that this hub presents to agents elsewhere: one file each in `keys/`, mode 0600, never in the log. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileWhole } from "../base/files.ts";

/** Keeps the token for an agent, in place of an earlier one. */
export function keepCredential(dataFolder: string, agent: string, credential: string): void {
  writeFileWhole(pathOf(dataFolder, agent), `${credential}\n`);
}

/** Adds the agent's token to a request, where there is one and the request has none of its own. */
export function withCredential(dataFolder: string, agent: string | undefined, init: RequestInit = {}): RequestInit {
  const path = agent && pathOf(dataFolder, agent);
  if (!path || !existsSync(path)) return init;
  const headers = new Headers(init.headers);
  if (!headers.has("authorization")) headers.set("authorization", `Bearer ${readFileSync(path, "utf8").trim()}`);
  return { ...init, headers };
}

function pathOf(dataFolder: string, agent: string): string {
  return join(dataFolder, "keys", `agent-${agent}.token`);
}
