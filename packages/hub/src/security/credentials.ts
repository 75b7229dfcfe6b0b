/** Bearer tokens that this hub presents to agents elsewhere and to language models: one file each in `keys/`, mode 0600, never in the log. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileWhole } from "../base/files.ts";

/** Keeps the token for an agent, in place of an earlier one; undefined forgets it. */
export function keepCredential(dataFolder: string, agent: string, credential: string | undefined): void {
  keep(pathOf(dataFolder, agent), credential);
}

/** The token for an agent, where there is one. */
export function credentialFor(dataFolder: string, agent: string): string | undefined {
  return kept(pathOf(dataFolder, agent));
}

/** Keeps the key of a language model's endpoint, in place of an earlier one; undefined forgets it. */
export function keepModelKey(dataFolder: string, endpoint: string, key: string | undefined): void {
  keep(modelPathOf(dataFolder, endpoint), key);
}

/** The key of an endpoint, where one was kept. */
export function modelKeyFor(dataFolder: string, endpoint: string): string | undefined {
  return kept(modelPathOf(dataFolder, endpoint));
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

function keep(path: string, secret: string | undefined): void {
  if (secret === undefined) rmSync(path, { force: true });
  else writeFileWhole(path, `${secret}\n`);
}

function kept(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
}

function pathOf(dataFolder: string, agent: string): string {
  return join(dataFolder, "keys", `agent-${agent}.token`);
}

function modelPathOf(dataFolder: string, endpoint: string): string {
  return join(dataFolder, "keys", `model-${endpoint}.token`);
}
