// Turns tokens into text as they come. Two things may have to wait: bytes that are not yet a whole UTF-8 character, and
// text that may yet turn out to be a stop string.

/** The text of a stream of byte strings, up to the first stop string. */
export class TextStream {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #stops: readonly string[];
  #held = "";

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== "");
  }

  /** Text that is certain now, and whether a stop string ended it. */
  push(bytes: Uint8Array): { readonly text: string; readonly stopped: boolean } {
    return this.#release(this.#decoder.decode(bytes, { stream: true }));
  }

  /** What was held back; an unfinished character becomes U+FFFD. */
  end(): string {
    const { text } = this.#release(this.#decoder.decode());
    const rest = text + this.#held;
    this.#held = "";
    return rest;
  }

  #release(more: string): { readonly text: string; readonly stopped: boolean } {
    const text = this.#held + more;
    const found = this.#stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
    if (found.length > 0) {
      this.#held = "";
      return { text: text.slice(0, Math.min(...found)), stopped: true };
    }
    const waiting = Math.max(0, ...this.#stops.map((stop) => overlap(text, stop)));
    this.#held = text.slice(text.length - waiting);
    return { text: text.slice(0, text.length - waiting), stopped: false };
  }
}

/** The length of the longest end of `text` that is a start of `stop`. */
function overlap(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}
