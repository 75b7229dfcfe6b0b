import { NegotiationError } from "../errors.ts";

/** What an alternating-offers session is opened with. Times are milliseconds on the host's clock. */
export interface OfferTerms {
  /** At least two names, in the order in which they act. */
  readonly participants: readonly string[];
  /** For each issue, how many values it has. */
  readonly issues: readonly number[];
  /** In how many rounds offers may be made. */
  readonly rounds?: number;
  /** From when on nothing counts. */
  readonly endAt?: number;
  /** When it begins; default 0. */
  readonly startAt?: number;
  /** How long a party may take to act; default a minute. */
  readonly moveWithinMs?: number;
}

/** Terms with every default filled in. */
export interface CheckedOfferTerms extends OfferTerms {
  readonly startAt: number;
  readonly moveWithinMs: number;
}

/** Checks terms. Throws TERMS_INVALID. */
export function checkedTerms(terms: OfferTerms): CheckedOfferTerms {
  const { participants, issues, rounds, endAt, startAt = 0, moveWithinMs = 60_000 } = terms;
  const invalid = (field: string, wanted: string, got: unknown) => new NegotiationError("TERMS_INVALID", { field, wanted, got });
  const names = Array.isArray(participants) && participants.every((name) => typeof name === "string" && name !== "");
  if (!names || participants.length < 2 || new Set(participants).size !== participants.length)
    throw invalid("participants", "at least two different names", participants);
  if (!Array.isArray(issues) || issues.length === 0 || !issues.every((size) => Number.isInteger(size) && size > 0))
    throw invalid("issues", "for each issue how many values it has", issues);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))
    throw invalid("rounds", "a whole number above 0", rounds);
  if (!Number.isFinite(startAt)) throw invalid("startAt", "a time in milliseconds", startAt);
  if (endAt !== undefined && !(Number.isFinite(endAt) && endAt > startAt)) throw invalid("endAt", "a time after startAt", endAt);
  if (!(Number.isFinite(moveWithinMs) && moveWithinMs > 0)) throw invalid("moveWithinMs", "a number above 0", moveWithinMs);
  return {
    participants,
    issues,
    startAt,
    moveWithinMs,
    ...(rounds === undefined ? {} : { rounds }),
    ...(endAt === undefined ? {} : { endAt }),
  };
}
