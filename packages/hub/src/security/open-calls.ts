/**
 * The calls of clients that are under way on this hub, on HTTP and gRPC, so that they end with their client's token: a stream
 * that was let in would otherwise go on for as long as its task. The operator's token is the hub's own and ends with it.
 */
import type { Principal } from "../base/tool.ts";

interface OpenCall {
  readonly end: () => void;
}

/** The calls under way, by client. */
export class OpenCalls {
  readonly #calls = new Map<string, Set<OpenCall>>();
  readonly #endedAt = new Map<string, number>();
  #now = 0;

  /** A moment before a token is looked up; the call that it lets in is opened as of then. */
  moment(): number {
    return this.#now;
  }

  /**
   * Takes up a call of a principal, whose token was looked up after `moment`: a token that ended in between ends the call at
   * once. Returns how to say that the call is over.
   */
  open({ kind, id }: Principal, moment: number, end: () => void): () => void {
    if (kind !== "client") return () => {};
    const call: OpenCall = { end };
    const calls = this.#calls.get(id) ?? new Set();
    this.#calls.set(id, calls.add(call));
    if ((this.#endedAt.get(id) ?? 0) > moment) end();
    return () => {
      calls.delete(call);
      if (calls.size === 0 && this.#calls.get(id) === calls) this.#calls.delete(id);
    };
  }

  /** Ends every call of a client. */
  end(id: string): void {
    this.#now += 1;
    this.#endedAt.set(id, this.#now);
    for (const { end } of [...(this.#calls.get(id) ?? [])]) end();
  }

  /** The clients that have calls under way. */
  clients(): readonly string[] {
    return [...this.#calls.keys()];
  }
}
