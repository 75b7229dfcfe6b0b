/** The numbers of a connection's pipes: the dialler opens odd ones, the listener even ones, each in turn, and none is used again. */
export class PipeNumbers {
  readonly #peersParity: 0 | 1;
  #lastOwn: number;
  #lastPeer: number;

  constructor(role: "dialler" | "listener") {
    this.#peersParity = role === "dialler" ? 0 : 1;
    this.#lastOwn = role === "dialler" ? -1 : 0;
    this.#lastPeer = role === "dialler" ? 0 : -1;
  }

  /** The newest that the peer has opened. */
  get lastPeer(): number {
    return this.#lastPeer;
  }

  /** The next of this side's own. */
  next(): number {
    this.#lastOwn += 2;
    return this.#lastOwn;
  }

  /** The peer opens a pipe; false when it may not take that number. */
  opened(pipe: number): boolean {
    if (pipe % 2 !== this.#peersParity || pipe <= this.#lastPeer) return false;
    this.#lastPeer = pipe;
    return true;
  }

  /** Whether there was ever a pipe of that number. */
  known(pipe: number): boolean {
    return pipe > 0 && pipe <= (pipe % 2 === this.#peersParity ? this.#lastPeer : this.#lastOwn);
  }
}
