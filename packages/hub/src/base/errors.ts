/**
 * Errors with a stable code. Each area declares its table once with `defineErrors`; a code is never reused.
 * The message says what was wanted and what came; `details` carries the same facts for programs.
 */

/** Facts of one error, plain JSON. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** One row of an error table: HTTP-like status and the sentence. */
export interface ErrorKind<D extends ErrorDetails> {
  readonly status: number;
  readonly text: (details: D) => string;
}

/** The one error class of the hub. Branch on `code`, never on the message. */
export class EntenteError extends Error {
  override readonly name = "EntenteError";
  readonly code: string;
  readonly status: number;
  readonly details: ErrorDetails;

  constructor(code: string, status: number, message: string, details: ErrorDetails, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
    this.details = details;
  }

  /** Where the code is explained. */
  get help(): string {
    return `docs/reference/errors.md#${this.code.toLowerCase()}`;
  }
}

type AnyTable = Readonly<Record<string, ErrorKind<never>>>;
type Factories<T extends AnyTable> = {
  readonly [K in keyof T]: (details: Parameters<T[K]["text"]>[0], options?: ErrorOptions) => EntenteError;
};

const declared = new Map<string, ErrorKind<never>>();

/**
 * Declares an area's errors and returns one factory per code.
 *
 *     const errors = defineErrors({ PORT_TAKEN: { status: 500, text: (d: { port: number }) => `port ${d.port} is taken` } });
 *     throw errors.PORT_TAKEN({ port: 80 }, { cause });
 */
export function defineErrors<T extends AnyTable>(table: T): Factories<T> {
  const factories: Record<string, (details: ErrorDetails, options?: ErrorOptions) => EntenteError> = {};
  for (const [code, kind] of Object.entries(table)) {
    if (declared.has(code)) throw new Error(`error code ${code} is declared twice`);
    declared.set(code, kind);
    factories[code] = (details, options) => new EntenteError(code, kind.status, kind.text(details as never), details, options); // why: the factory's own type below ties details to this row
  }
  return factories as Factories<T>; // why: built row by row from the same keys
}

/** Every error declared so far (by the areas loaded), by code, for the reference page. */
export function declaredErrors(): readonly (readonly [string, ErrorKind<never>])[] {
  return [...declared].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Makes any thrown value an EntenteError; unknown ones become INTERNAL with the original as cause. */
export function asEntenteError(thrown: unknown): EntenteError {
  if (thrown instanceof EntenteError) return thrown;
  if (thrown instanceof Error && thrown.name === "AbortError")
    return baseErrors.CANCELLED({ reason: thrown.message }, { cause: thrown });
  if (hasCode(thrown)) return new EntenteError(thrown.code, 400, thrown.message, { ...thrown.details }, { cause: thrown });
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return baseErrors.INTERNAL({ message }, { cause: thrown });
}

// The libraries (quantum, negotiation, learning, pipe) have error classes of their own with a coded, upper-case `code`. Node's
// ERR_… and system errors look alike, but are mistakes inside the hub and not the caller's.
function hasCode(thrown: unknown): thrown is Error & { code: string; details?: ErrorDetails } {
  return (
    thrown instanceof Error &&
    "code" in thrown &&
    typeof thrown.code === "string" &&
    /^[A-Z]+_[A-Z_]+$/.test(thrown.code) &&
    !thrown.code.startsWith("ERR_") &&
    !("syscall" in thrown)
  );
}

export const baseErrors = defineErrors({
  INTERNAL: { status: 500, text: (d: { message: string }) => `something failed inside the hub: ${d.message}` },
  CANCELLED: { status: 499, text: (d: { reason: string }) => `the call was cancelled: ${d.reason}` },
  DEADLINE_EXCEEDED: {
    status: 504,
    text: (d: { limitMs: number; what: string }) => `${d.what} took longer than its limit of ${d.limitMs} ms`,
  },
  NOT_FOUND: { status: 404, text: (d: { what: string; id: string }) => `there is no ${d.what} "${d.id}"` },
  INPUT_INVALID: {
    status: 400,
    text: (d: { what: string; problems: readonly string[] }) => `${d.what}: ${d.problems.join("; ")}`,
  },
});
