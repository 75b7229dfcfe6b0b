/** What the SDK throws itself. What the hub or an agent answered is a `HubError` with the code it gave. */
const table = {
  HUB_ADDRESS_INVALID: (d: { got: string }) =>
    `wanted a hub's address as unix:/path/to/hub.sock, http://host:port or https://host; got "${d.got}"`,
  HUB_UNREACHABLE: (d: { hub: string; problem: string }) => `could not reach the hub at ${d.hub}: ${d.problem}`,
  HUB_REFUSED: (d: { hub: string; problem: string }) => `the hub at ${d.hub} does not let us in: ${d.problem}`,
  ANSWER_UNEXPECTED: (d: { task: string }) => `task "${d.task}" asked nothing; an answer is wanted only after a question`,
} as const;

/** The codes of `SdkError`. */
export type SdkErrorCode = keyof typeof table;

/** All codes, for the documentation test. */
export const sdkErrorCodes = Object.keys(table) as readonly SdkErrorCode[]; // why: keys of the literal above

/** A failure on this side: branch on `code`. */
export class SdkError<C extends SdkErrorCode = SdkErrorCode> extends Error {
  override readonly name = "SdkError";
  readonly code: C;

  constructor(code: C, details: Parameters<(typeof table)[C]>[0], options?: ErrorOptions) {
    const text = table[code] as (d: typeof details) => string; // why: the row of this very code takes these details
    super(text(details), options);
    this.code = code;
  }
}

/** What the hub answered instead of a result; `code` and `details` are the hub's (docs/reference/errors.md). */
export class HubError extends Error {
  override readonly name = "HubError";
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>>, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}
