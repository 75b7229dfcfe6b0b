/** A body that cannot be sent or read: what was wanted and what came. Inside this package only; callers see `BODY_UNSENDABLE`, peers a closed pipe. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly wanted: string;
  readonly got: string;

  constructor(wanted: string, got: string) {
    super(`wanted ${wanted}; got ${got}`);
    this.wanted = wanted;
    this.got = got;
  }
}

/** How deep arrays and objects may be nested in a body. */
export const maxDepth = 128;

/** How many arrays and objects one body may hold: an empty one takes a byte on the wire and some sixty in memory. */
export const maxContainers = 262_144;

/** The one key that no object of a body may have: assigned carelessly later on, it would change the object's prototype. */
export const forbiddenKey = "__proto__";

/** A body has `length` bytes, more than may be sent. */
export function tooLarge(maxBytes: number, length: number): BodyError {
  return new BodyError(`a body of at most ${maxBytes} bytes (send more as a stream)`, `${length}`);
}
