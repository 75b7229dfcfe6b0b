import { Random } from "../../src/random.ts";

/**
 * Something that goes wrong with a request. `status` and `drop` come before the request takes effect, or after it (`after`).
 * - status: answers with this status (and Retry-After).
 * - drop: cuts the connection.
 * - slow: answers late.
 * - version: answers with a media type version nobody understands.
 * - null: a batch is answered with nulls, a finished job with a null answer.
 * - offline: the jobs of a batch fail, because the solver is offline.
 * - truncate: half of an uploaded part is lost and the connection with it.
 * - corrupt: an uploaded part is kept wrong, so that its checksum differs.
 */
export interface Fault {
  readonly kind: "status" | "drop" | "slow" | "version" | "null" | "offline" | "truncate" | "corrupt";
  /** Only requests of this method, and whose path matches. */
  readonly method?: string;
  readonly path?: string;
  /** How many requests it hits; for ever when 0. Default 1. */
  readonly times?: number;
  /** Probability of each request. Default 1. */
  readonly rate?: number;
  readonly status?: number;
  readonly retryAfterS?: number;
  readonly after?: boolean;
  readonly ms?: number;
}

/** The faults that are set, and how often each still strikes. */
export class Faults {
  #set: { fault: Fault; left: number }[] = [];
  #random = new Random(1);
  /** How often each kind struck. */
  readonly struck = new Map<string, number>();

  set(faults: readonly Fault[], seed = 1): void {
    this.#set = faults.map((fault) => ({ fault, left: fault.times === 0 ? Number.POSITIVE_INFINITY : (fault.times ?? 1) }));
    this.#random = new Random(seed);
  }

  /** The fault that strikes this request, if any. */
  next(method: string, path: string): Fault | undefined {
    for (const entry of this.#set) {
      const { fault } = entry;
      if (entry.left <= 0 || (fault.method !== undefined && fault.method !== method)) continue;
      if (fault.path !== undefined && !new RegExp(fault.path).test(path)) continue;
      if (fault.rate !== undefined && this.#random.unit() >= fault.rate) continue;
      entry.left -= 1;
      const name = fault.kind + (fault.status ?? "") + (fault.after === true ? " after" : "");
      this.struck.set(name, (this.struck.get(name) ?? 0) + 1);
      return fault;
    }
    return undefined;
  }
}
