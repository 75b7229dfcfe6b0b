/** Bytes that threads of one process share without a copy, and that their readers cannot change. */

/**
 * Puts bytes into memory that threads can share, once. Send the answer in a body between threads; nobody should write to it any more.
 * It does not leave the process: a socket refuses it with `BODY_UNSENDABLE`.
 */
export function shareBytes(bytes: Uint8Array): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  return shared;
}

/** A view of shared bytes with no way to write them. */
export class SharedBytes {
  readonly #view: Uint8Array;

  constructor(buffer: SharedArrayBuffer) {
    this.#view = new Uint8Array(buffer);
  }

  /** How many there are. */
  get length(): number {
    return this.#view.length;
  }

  /** One of them; undefined outside. */
  at(index: number): number | undefined {
    return this.#view[index];
  }

  /** A copy of some or all of them. */
  slice(start = 0, end = this.length): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#view.subarray(start, end));
  }

  /** All of them in turn. */
  [Symbol.iterator](): IterableIterator<number> {
    return this.#view.values();
  }
}
