import type { CallOptions, OutgoingCall, Sink, Target } from "./call.ts";
import type { Endpoint } from "./endpoint.ts";
import { PipeError } from "./errors.ts";
import { dropEnds } from "./unwanted.ts";

/** Checks an item that came in; rejects when it is not what the interface says. */
export type ItemCheck = (body: unknown) => unknown;

type Ending = { readonly error: Error | undefined };

/**
 * A stream as its reader sees it: an async iterable that is read once. Nothing is sent before the first `next`, so a stream that is
 * never read costs nothing; the deadline counts from there. Leaving early (`break`, `return`, `await using`) cancels the producer.
 * Items that came before an error are given first; after the end every `next` says done.
 */
export class RemoteStream<T> implements AsyncIterableIterator<T, undefined, undefined>, AsyncDisposable {
  readonly #endpoint: Endpoint;
  readonly #target: Target;
  readonly #check: ItemCheck | undefined;
  readonly #options: CallOptions | undefined;
  #input: unknown;
  #call: OutgoingCall | undefined;
  // Never longer than the credit that was given: the credit comes back only when an item is taken out.
  readonly #buffer: { readonly body: unknown; readonly size: number }[] = [];
  #wake: (() => void) | undefined;
  #ending: Ending | undefined;
  #reading = false;
  #iterated = false;

  constructor(endpoint: Endpoint, target: Target, input: unknown, options?: CallOptions, check?: ItemCheck) {
    this.#endpoint = endpoint;
    this.#target = target;
    this.#input = input;
    this.#options = options;
    this.#check = check;
  }

  /** How many items came and wait to be read. */
  get buffered(): number {
    return this.#buffer.length;
  }

  /** Itself; throws `STREAM_USED` the second time. */
  [Symbol.asyncIterator](): this {
    if (this.#iterated) throw new PipeError("STREAM_USED", { call: this.#target.label });
    this.#iterated = true;
    return this;
  }

  /** The next item. Rejects once with what ended the stream badly; `STREAM_OVERLAP` while an earlier `next` is unanswered. */
  async next(): Promise<IteratorResult<T, undefined>> {
    if (this.#reading) throw new PipeError("STREAM_OVERLAP", { call: this.#target.label });
    this.#reading = true;
    try {
      this.#start();
      while (this.#buffer.length === 0 && this.#ending === undefined)
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      const item = this.#buffer.shift();
      if (item === undefined) return this.#finish();
      if (this.#call !== undefined) this.#endpoint.read(this.#call, item.size);
      const value = this.#check === undefined ? item.body : await this.#checked(this.#check, item.body);
      return { done: false, value: value as T }; // why: checked above, or the pipe is trusted to carry what the interface says
    } finally {
      this.#reading = false;
    }
  }

  /** Leaves the stream: the producer is cancelled, what was buffered is dropped. */
  async return(): Promise<IteratorResult<T, undefined>> {
    this.#leave({ error: undefined });
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave({ error: undefined });
  }

  #start(): void {
    if (this.#call !== undefined || this.#ending !== undefined) return;
    const sink: Sink = {
      item: (body, size) => {
        this.#buffer.push({ body, size });
        this.#wake?.();
      },
      done: () => this.#end({ error: undefined }),
      fail: (error) => {
        // The caller's own cancel or deadline, and this side's close, are not worth waiting for behind the buffer.
        if (error instanceof PipeError && error.code !== "PEER_GONE") this.#dropBuffer();
        this.#end({ error });
      },
    };
    this.#call = this.#endpoint.open(this.#target, this.#input, sink, this.#options);
    this.#input = undefined;
  }

  async #checked(check: ItemCheck, body: unknown): Promise<unknown> {
    try {
      return await check(body);
    } catch (thrown) {
      this.#leave({ error: undefined });
      throw thrown;
    }
  }

  #finish(): IteratorResult<T, undefined> {
    const error = this.#ending?.error;
    this.#ending = { error: undefined };
    if (error !== undefined) throw error;
    return { done: true, value: undefined };
  }

  #leave(ending: Ending): void {
    this.#dropBuffer();
    this.#end(ending);
    if (this.#call !== undefined) this.#endpoint.stop(this.#call);
  }

  #dropBuffer(): void {
    for (const { body } of this.#buffer.splice(0)) dropEnds(body);
  }

  #end(ending: Ending): void {
    this.#ending ??= ending;
    this.#wake?.();
  }
}
