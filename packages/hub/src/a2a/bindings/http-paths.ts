/** The paths of an HTTP+JSON binding: which operation a request means, and the identifiers that stand in its path. */
import { httpErrors } from "../../http/body.ts";
import type { OperationName } from "../service.ts";

/** Identifiers in a path, in their order. */
export type Ids = readonly string[];

/** Method, path below the agent, operation, and what the identifiers in the path are. */
export type PathRow = readonly [string, RegExp, OperationName, (ids: Ids) => Readonly<Record<string, string>>];

/** `tasks/ID/pushNotificationConfigs[/ID]` */
export const configOf = ([taskId = "", id]: Ids): Record<string, string> => ({ taskId, ...(id === undefined ? {} : { id }) });
/** `tasks/ID` */
export const taskOf = ([id = ""]: Ids): Record<string, string> => ({ id });
/** No identifier. */
export const none = (): Record<string, string> => ({});

/** What a request means. */
export interface Meant {
  readonly operation: OperationName;
  /** Parameters that stand in the path. */
  readonly inPath: Readonly<Record<string, string>>;
}

/** Finds the row that a request fits; `whole` is the path for errors. Throws ROUTE_UNKNOWN and METHOD_NOT_ALLOWED. */
export function meantBy(rows: readonly PathRow[], method: string, path: string, whole: string): Meant {
  const asked = method === "HEAD" ? "GET" : method;
  const fitting = rows.filter(([, pattern]) => pattern.test(path));
  const found = fitting.find(([known]) => known === asked);
  if (!found) {
    if (fitting.length === 0) throw httpErrors.ROUTE_UNKNOWN({ method, path: whole });
    throw httpErrors.METHOD_NOT_ALLOWED({ method, path: whole, allowed: fitting.map(([known]) => known).sort() });
  }
  const [, pattern, operation, name] = found;
  const ids = (pattern.exec(path) ?? []).slice(1).map(decodeURIComponent);
  return { operation, inPath: name(ids) };
}
