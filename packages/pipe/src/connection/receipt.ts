// An acknowledgement at the latest after this much, so that the peer need not keep more for a resumption.
const framesUnacknowledged = 64;
const bytesUnacknowledged = 256 * 1024;

/** The count of what came, by which a missing or repeated frame is noticed, and of what of it is acknowledged. */
export class Receipt {
  #received = 0;
  #acknowledged = 0;
  #bytes = 0;

  /** The sequence of the newest frame. */
  get received(): number {
    return this.#received;
  }

  /** The sequence that the next frame must have. */
  get expected(): number {
    return (this.#received + 1) >>> 0;
  }

  /** Whether something came that is not acknowledged. */
  get open(): boolean {
    return this.#received !== this.#acknowledged;
  }

  /** What to acknowledge now, which then counts as done. */
  acknowledge(): number {
    this.#acknowledged = this.#received;
    this.#bytes = 0;
    return this.#received;
  }

  /** The expected frame came. Whether an acknowledgement is due. */
  take(bytes: number): boolean {
    this.#received = this.expected;
    this.#bytes += bytes;
    return (this.#received - this.#acknowledged) >>> 0 >= framesUnacknowledged || this.#bytes >= bytesUnacknowledged;
  }
}
