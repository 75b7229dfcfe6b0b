/** What crosses a pipe when a call fails: a code, a message and JSON details; no stack, no cause, no class. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

// Generous for facts, too small to smuggle a payload past the byte credits.
const maxTextLength = 4096;
const maxDetailsLength = 16_384;

/**
 * An error that the far side answered with. `code` is the handler's own, or one of the pipe's: `METHOD_UNKNOWN`,
 * `INTERFACE_UNKNOWN`, `KIND_MISMATCH`, `INPUT_INVALID`, `BODY_UNSENDABLE`, `CALL_CANCELLED`, `DEADLINE_EXCEEDED`, `INTERNAL`.
 * A handler makes one by throwing any Error with a string `code` and optional JSON `details`.
 */
export class RemoteError extends Error {
  override readonly name = "RemoteError";
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(wire: WireError) {
    super(wire.message);
    this.code = wire.code;
    this.details = wire.details ?? {};
  }
}

/** Reduces whatever a handler threw to what may cross: strings are cut at 4096 characters, details over 16 KiB are left out. */
export function toWireError(thrown: unknown): WireError {
  if (!(thrown instanceof Error)) return { code: "INTERNAL", message: cut(String(thrown)) };
  const code = "code" in thrown && typeof thrown.code === "string" && thrown.code !== "" ? thrown.code : "INTERNAL";
  const details = "details" in thrown ? plainJson(thrown.details) : undefined;
  return { code: cut(code), message: cut(thrown.message), ...(details && { details }) };
}

/** Reads a wire error that came from outside; undefined when it is not one. */
export function parseWireError(value: unknown): WireError | undefined {
  if (!isRecord(value) || typeof value.code !== "string" || typeof value.message !== "string") return undefined;
  const details = plainJson(value.details);
  return { code: cut(value.code), message: cut(value.message), ...(details && { details }) };
}

function plainJson(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!isRecord(value)) return undefined;
  try {
    const text = JSON.stringify(value);
    if (text === undefined || text.length > maxDetailsLength) return undefined;
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) && Object.keys(parsed).length > 0 ? parsed : undefined;
  } catch {
    return undefined; // cycles and BigInt have no JSON: the code and message still cross
  }
}

function cut(text: string): string {
  return text.length > maxTextLength ? `${text.slice(0, maxTextLength - 1)}…` : text;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
