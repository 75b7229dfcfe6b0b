import type { Endpoint } from "@entente/pipe";

// One pipe may carry several agents: it is closed for one that moved away only when none is left on it.
const aboard = new WeakMap<Endpoint, Set<Presence>>();

/** Whether an agent that joined is here: the pipe to it, or the wait for it to come back. */
export class Presence {
  #endpoint: Endpoint | undefined;
  #arrival = Promise.withResolvers<Endpoint>();

  /** The pipe to the agent, when it is here. */
  get endpoint(): Endpoint | undefined {
    return this.#endpoint;
  }

  /**
   * The agent came, in place of an earlier connection, which is closed unless other agents are on it. `left` hears when this
   * very connection ends. Coming again over the same one changes nothing.
   */
  arrive(endpoint: Endpoint, left: () => void): void {
    const earlier = this.#endpoint;
    if (earlier === endpoint) return;
    this.#endpoint = endpoint;
    this.#arrival.resolve(endpoint);
    const agents = aboard.get(endpoint) ?? new Set();
    aboard.set(endpoint, agents.add(this));
    if (earlier) this.#depart(earlier);
    void endpoint.closed.then(() => {
      if (this.#endpoint !== endpoint) return;
      this.#endpoint = undefined;
      this.#arrival = Promise.withResolvers<Endpoint>();
      left();
    });
  }

  #depart(earlier: Endpoint): void {
    const agents = aboard.get(earlier);
    agents?.delete(this);
    if (!agents?.size) earlier.close("the agent joined again over another connection");
  }

  /** The pipe to the agent, waited for at most `graceMs`; undefined when it did not come. Rejects when the signal is aborted. */
  async wait(graceMs: number, signal: AbortSignal): Promise<Endpoint | undefined> {
    signal.throwIfAborted();
    if (this.#endpoint) return this.#endpoint;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), graceMs);
    const stop = (): void => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await Promise.race([this.#arrival.promise, promise]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  }
}
