/**
 * A channel between two parts of one program: what is put in comes out in order. Bounded by its writer, who awaits
 * `room` (an agent's handler does, through the pipe's credits); statuses are dropped, not queued, when nobody reads.
 */
export class Channel<T> implements AsyncIterable<T> {
  #items: T[] = [];
  #wake: (() => void) | undefined;
  #ended = false;
  #error: unknown;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many items wait. */
  get waiting(): number {
    return this.#items.length;
  }

  /** Puts an item in. False when the channel is full or has ended; the item is dropped then. */
  put(item: T): boolean {
    if (this.#ended || this.#items.length >= this.#limit) return false;
    this.#items.push(item);
    this.#stir();
    return true;
  }

  /** Puts the last item in and ends the channel. There is always room for it: a result must not be lost to what nobody read. */
  endWith(last: T): void {
    if (this.#ended) return;
    this.#items.push(last);
    this.end();
  }

  /** Ends the channel: what is in it still comes out, then the end or the error. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#stir();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      while (this.#items.length > 0) {
        const item = this.#items.shift();
        if (item !== undefined) yield item;
      }
      if (this.#ended) {
        if (this.#error !== undefined) throw this.#error;
        return;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  #stir(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
