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

/** The routes of a server, found by method and path: the exact path first, then the longest beginning. */
export class RouteTable {
  readonly #exact: ReadonlyMap<string, readonly Route[]>;
  readonly #below: readonly { readonly beginning: string; readonly route: Route }[];

  constructor(routes: readonly Route[]) {
    this.#exact = Map.groupBy(routes, ({ path }) => path);
    this.#below = routes
      .filter(({ path }) => path.endsWith("/*"))
      .map((route) => ({ beginning: route.path.slice(0, -1), route }))
      .sort((a, b) => b.beginning.length - a.beginning.length);
  }

  /** The route for a request. */
  find(method: string, path: string): Route | undefined {
    return (
      this.#exact.get(path)?.find((route) => answers(route, method)) ??
      this.#below.find(({ beginning, route }) => path.startsWith(beginning) && answers(route, method))?.route
    );
  }

  /** The methods that a path answers, not counting the route that takes every path. */
  methods(path: string): readonly string[] {
    const below = this.#below.filter(({ beginning }) => beginning !== "/" && path.startsWith(beginning));
    const there = [...(this.#exact.get(path) ?? []), ...below.map(({ route }) => route)];
    return [...new Set(there.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method])))].sort();
  }
}

function answers(route: Route, method: string): boolean {
  return route.method === "*" || route.method === method || (route.method === "GET" && method === "HEAD");
}
