import type { Json } from "../json.ts";
import { checkCount, checkLength, checkNames, checkTime, refuse } from "../terms.ts";

/** How much each criterion counts in the award. Weights are at least 0 and not all 0; only their ratios matter. */
export interface Criteria {
  readonly price: number;
  readonly promisedTime: number;
  readonly reliability: number;
  /** Default 0. */
  readonly quality?: number;
}

/** Lowest price wins. */
export const defaultCriteria: Criteria = { price: 1, promisedTime: 0, reliability: 0 };

/** What an initiator asks for. Times are milliseconds on the host's clock. */
export interface ContractNetTerms {
  /** The bidders, by name, without repeats. */
  readonly participants: readonly string[];
  /** Proposals at or after this time are late. */
  readonly replyBy: number;
  /** How long an accepted bidder has to finish, in milliseconds from its acceptance. */
  readonly completeWithinMs: number;
  /** How many winners are wanted. Default 1. */
  readonly awards?: number;
  /** Whether losers stay as reserves and take over from a winner that fails. Default false. */
  readonly reaward?: boolean;
  /** Default: lowest price. */
  readonly criteria?: Criteria;
  /** Past results of a participant, 0 (always failed) to 1 (never failed). Unknown ones count as 0.5. */
  readonly reliability?: Readonly<Record<string, number>>;
  /** Most that a winner may ask for: dearer bids are not acceptable. Bidders are not told, since who knows it bids up to it. Default: any price. */
  readonly most?: number;
  /** What is to be done; goes out with the call for proposals untouched. */
  readonly task?: Json;
}

/** Checks terms and fills in the defaults. Throws TERMS_INVALID. */
export function checkedTerms(
  terms: ContractNetTerms,
): Required<Omit<ContractNetTerms, "task" | "most">> & Pick<ContractNetTerms, "task" | "most"> {
  const {
    participants,
    replyBy,
    completeWithinMs,
    awards = 1,
    reaward = false,
    criteria = defaultCriteria,
    reliability = {},
  } = terms;
  checkNames("participants", participants);
  checkTime("replyBy", replyBy);
  checkLength("completeWithinMs", completeWithinMs);
  checkCount("awards", awards);
  for (const key of ["price", "promisedTime", "reliability", "quality"] as const) {
    const weight = criteria[key] ?? 0;
    if (!(Number.isFinite(weight) && weight >= 0)) refuse(`criteria.${key}`, "a weight of at least 0", weight);
  }
  const sum = criteria.price + criteria.promisedTime + criteria.reliability + (criteria.quality ?? 0);
  if (!(sum > 0 && Number.isFinite(sum))) refuse("criteria", "at least one weight above 0 and a finite sum", criteria);
  for (const [name, value] of Object.entries(reliability)) {
    if (!(value >= 0 && value <= 1)) refuse(`reliability.${name}`, "a number from 0 to 1", value);
  }
  if (terms.most !== undefined && !(Number.isFinite(terms.most) && terms.most >= 0))
    refuse("most", "a price of at least 0", terms.most);
  return {
    participants,
    replyBy,
    completeWithinMs,
    awards,
    reaward,
    criteria,
    reliability,
    ...(terms.most === undefined ? {} : { most: terms.most }),
    ...(terms.task === undefined ? {} : { task: terms.task }),
  };
}
