import type { IncomingMessage, ServerResponse } from "node:http";

/** One HTTP route. `path` is exact, or ends in `/*` to take everything below. */
export interface Route {
  readonly method: "GET" | "POST" | "DELETE" | "*";
  readonly path: string;
  /** `open` routes need no token. */
  readonly access: "open" | "token";
  readonly handle: (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;
}

/** The route for a request: exact paths first, then the longest prefix. */
export function findRoute(routes: readonly Route[], method: string, path: string): Route | undefined {
  let best: Route | undefined;
  for (const route of routes) {
    if (route.method !== "*" && route.method !== method && !(route.method === "GET" && method === "HEAD")) continue;
    if (route.path === path) return route;
    const prefix = route.path.endsWith("/*") ? route.path.slice(0, -1) : undefined;
    if (prefix !== undefined && path.startsWith(prefix) && prefix.length > (best?.path.length ?? 0)) best = route;
  }
  return best;
}
