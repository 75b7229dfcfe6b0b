/**
 * One reader of a task. What it did not take yet waits in a buffer of limited size; a reader that lets it overflow is told
 * so and cut off, and may subscribe again, since nothing is lost that is in the store.
 */
import { a2aErrors } from "../errors.ts";
import type { StreamResponse } from "../protocol.ts";

/** What a subscription is made for. */
export interface SubscriptionInput {
  /** Most items that wait. */
  readonly limit: number;
  /** Whether the stream ends with this item. */
  readonly last: (item: StreamResponse) => boolean;
  /** Called once when the reader is done or cut off. */
  readonly closed: () => void;
}

/** An iterator that a task pushes into. */
export class Subscription implements AsyncIterableIterator<StreamResponse> {
  readonly #input: SubscriptionInput;
  #items: StreamResponse[] = [];
  #ended: { readonly error: unknown } | undefined;
  #waiting: PromiseWithResolvers<IteratorResult<StreamResponse>> | undefined;

  constructor(input: SubscriptionInput) {
    this.#input = input;
  }

  /** Gives the reader an item. */
  push(item: StreamResponse): void {
    if (this.#ended) return;
    if (this.#waiting) {
      this.#waiting.resolve({ done: false, value: item });
      this.#waiting = undefined;
    } else if (this.#items.length >= this.#input.limit) {
      this.#items = [];
      this.end(a2aErrors.READER_TOO_SLOW({ limit: this.#input.limit }));
    } else this.#items.push(item);
    if (this.#input.last(item)) this.end();
  }

  /** Ends the stream after what waits; with an error if there is one. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = { error };
    if (this.#waiting) {
      if (error === undefined) this.#waiting.resolve({ done: true, value: undefined });
      else this.#waiting.reject(error);
      this.#waiting = undefined;
    }
    this.#input.closed();
  }

  next(): Promise<IteratorResult<StreamResponse>> {
    const value = this.#items.shift();
    if (value) return Promise.resolve({ done: false, value });
    if (this.#ended) {
      const { error } = this.#ended;
      this.#ended = { error: undefined };
      return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
    }
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  return(): Promise<IteratorResult<StreamResponse>> {
    this.#items = [];
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
