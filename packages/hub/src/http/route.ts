import type { IncomingMessage, ServerResponse } from "node:http";
import type { Principal } from "../base/tool.ts";

/** `open` routes need no token, `token` routes that of any principal, `operator` routes the hub's own. */
export type RouteAccess = "open" | "token" | "operator";

/** One HTTP route. `path` is exact, or ends in `/*` to take everything below. */
export interface Route {
  readonly method: "GET" | "POST" | "DELETE" | "*";
  readonly path: string;
  /** Who may call, for the whole route or by path. */
  readonly access: RouteAccess | ((path: string) => RouteAccess);
  /** `caller` is who the token belongs to; nobody on an open route. */
  readonly handle: (request: IncomingMessage, response: ServerResponse, url: URL, caller: Principal) => Promise<void>;
}

/** The route for a request: exact paths first, then the longest prefix. */
export function findRoute(routes: readonly Route[], method: string, path: string): Route | undefined {
  let best: Route | undefined;
  for (const route of routes) {
    if (route.method !== "*" && route.method !== method && !(route.method === "GET" && method === "HEAD")) continue;
    if (route.path === path) return route;
    if (covers(route, path) && route.path.length > (best?.path.length ?? 0)) best = route;
  }
  return best;
}

/** The methods that a path answers, not counting the route that takes every path. */
export function methodsOf(routes: readonly Route[], path: string): readonly string[] {
  const there = routes.filter((route) => route.path !== "/*" && (route.path === path || covers(route, path)));
  return [...new Set(there.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method])))].sort();
}

function covers(route: Route, path: string): boolean {
  return route.path.endsWith("/*") && path.startsWith(route.path.slice(0, -1));
}
