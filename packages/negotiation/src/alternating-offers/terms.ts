import { checkCount, checkLength, checkNames, checkTime, refuse } from "../terms.ts";

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
  checkNames("participants", participants, 2);
  if (!Array.isArray(issues) || issues.length === 0) refuse("issues", "for each issue how many values it has", issues);
  for (const [k, size] of issues.entries()) checkCount(`issues[${k}]`, size);
  if (rounds !== undefined) checkCount("rounds", rounds);
  checkTime("startAt", startAt);
  if (endAt !== undefined) checkTime("endAt", endAt, startAt);
  checkLength("moveWithinMs", moveWithinMs);
  return {
    participants,
    issues,
    startAt,
    moveWithinMs,
    ...(rounds === undefined ? {} : { rounds }),
    ...(endAt === undefined ? {} : { endAt }),
  };
}
