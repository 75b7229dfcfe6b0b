/** Bearer tokens that this hub presents to agents elsewhere: one file each in `keys/`, mode 0600, never in the log. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileWhole } from "../base/files.ts";

/** Keeps the token for an agent, in place of an earlier one; undefined forgets it. */
export function keepCredential(dataFolder: string, agent: string, credential: string | undefined): void {
  const path = pathOf(dataFolder, agent);
  if (credential === undefined) rmSync(path, { force: true });
  else writeFileWhole(path, `${credential}\n`);
}

/** The token for an agent, where there is one. */
export function credentialFor(dataFolder: string, agent: string): string | undefined {
  const path = pathOf(dataFolder, agent);
  return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
}

/** Adds the agent's token to a request, where there is one and the request has none of its own. */
export function withCredential(dataFolder: string, agent: string, init: RequestInit = {}): RequestInit {
  return presenting(credentialFor(dataFolder, agent), init);
}

/** Adds a token to a request that has none of its own. */
export function presenting(token: string | undefined, init: RequestInit = {}): RequestInit {
  if (token === undefined) return init;
  const headers = new Headers(init.headers);
  if (!headers.has("authorization")) headers.set("authorization", `Bearer ${token}`);
  return { ...init, headers };
}

function pathOf(dataFolder: string, agent: string): string {
  return join(dataFolder, "keys", `agent-${agent}.token`);
}
