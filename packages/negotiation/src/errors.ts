/** Facts of one error, plain JSON. */
export type NegotiationErrorDetails = Readonly<Record<string, unknown>>;

// One row a code; a code is never reused. Each sentence says what was wanted and what came.
const table = {
  TERMS_INVALID: (d: { field: string; wanted: string; got: unknown }) =>
    `terms.${d.field}: wanted ${d.wanted}; got ${show(d.got)}`,
  EVENT_INVALID: (d: { field: string; wanted: string; got: unknown }) =>
    `event.${d.field}: wanted ${d.wanted}; got ${show(d.got)}`,
  AUCTION_INVALID: (d: { field: string; wanted: string; got: unknown }) =>
    `auction.${d.field}: wanted ${d.wanted}; got ${show(d.got)}`,
  SCENARIO_INVALID: (d: { field: string; wanted: string; got: unknown }) =>
    `scenario.${d.field}: wanted ${d.wanted}; got ${show(d.got)}`,
  OUTCOME_INVALID: (d: { wanted: string; got: unknown }) => `outcome: wanted ${d.wanted}; got ${show(d.got)}`,
  TOO_MANY_OUTCOMES: (d: { most: number; got: number }) =>
    `outcomes: wanted at most ${d.most} to enumerate, or additive preferences; got ${show(d.got)}`,
  STRATEGIES_INVALID: (d: { wanted: unknown; got: unknown }) =>
    `strategies: wanted ${typeof d.wanted === "number" ? `${d.wanted}, one for each profile` : d.wanted}; got ${show(d.got)}`,
  ANSWER_CONTRADICTS: (d: { better: unknown; worse: unknown; answers: number }) =>
    `answer: wanted one that some weights explain together with the ${d.answers} before; got ${show(d.better)} better than ${show(d.worse)}`,
  PROTOCOL_NAME_INVALID: (d: { name: string }) => `a protocol's name is kebab-case, like "contract-net"; got ${show(d.name)}`,
} as const;

/** The stable codes this package throws. */
export type NegotiationErrorCode = keyof typeof table;

/** All codes, for the documentation test. */
export const negotiationErrorCodes = Object.keys(table) as readonly NegotiationErrorCode[]; // why: keys of the literal above

/** The one error class of this package: branch on `code`, never on the message. */
export class NegotiationError<C extends NegotiationErrorCode = NegotiationErrorCode> extends Error {
  override readonly name = "NegotiationError";
  readonly code: C;
  readonly details: NegotiationErrorDetails;

  constructor(code: C, details: Parameters<(typeof table)[C]>[0], options?: ErrorOptions) {
    const text = table[code] as (d: typeof details) => string; // why: the row of this very code takes these details
    super(text(details), options);
    this.code = code;
    this.details = details;
  }
}

function show(value: unknown): string {
  if (typeof value === "number" || value === undefined) return String(value); // NaN and Infinity have no JSON
  return JSON.stringify(value);
}
