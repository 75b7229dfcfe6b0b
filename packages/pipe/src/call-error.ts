/**
 * What a handler throws to answer with a code of its own; the caller gets a `RemoteError` with the same code, message and details.
 *
 *     throw new CallError("MODEL_TOO_LARGE", "wanted at most 5000 variables; got 9000", { variables: 9000 });
 */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}
