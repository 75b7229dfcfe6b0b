/** What a session of alternating offers is opened with, in words, and as the protocol machine takes it. */
import { type Domain, type OfferTerms, type Outcome, parseOutcome } from "@entente/negotiation";
import { z } from "zod";
import { negotiationErrors } from "../errors.ts";

/** The service levels that an issue may stand for: times in ms, cost in credits, success a share of tasks between 0 and 1. */
export const sloNames = ["acceptMs", "firstArtifactMs", "totalMs", "cost", "success"] as const;
export type SloName = (typeof sloNames)[number];

const value = z.union([z.string().min(1).max(200), z.number()]);

/** An issue as it is asked for; numbers become their texts. */
export const issueSchema = z.object({
  name: z.string().min(1).max(100),
  values: z.array(value).min(1).max(1000).describe("what may be agreed, in any order; numbers where it has an slo"),
  slo: z.enum(sloNames).optional().describe("the service level that the agreed value becomes: ms, credits, or a share"),
});

/** An issue of a session. */
export interface BargainIssue {
  readonly name: string;
  readonly values: readonly string[];
  readonly slo?: SloName;
}

/** Who acts for a party: the hub by a strategy or a language model, the agent by its answers to A2A messages, or the party itself by tools. */
export const seatKinds = ["strategy", "model", "agent", "self"] as const;
export type SeatKind = (typeof seatKinds)[number];

/** The terms that all parties know. Times in ms; `startAt` and `endAt` are session time. */
export interface BargainTerms {
  readonly subject: string;
  readonly issues: readonly BargainIssue[];
  /** In the order in which they act. */
  readonly parties: readonly { readonly name: string; readonly by: SeatKind }[];
  readonly rounds?: number;
  readonly startAt: number;
  readonly endAt?: number;
  readonly moveWithinMs: number;
  /** Which party does the work that is agreed, and for how many tasks and how long the agreement then holds. */
  readonly provider: string;
  readonly tasks: number;
  readonly validMs: number;
  readonly onBreach: "nothing" | "renegotiate";
  /** The agreement that was broken, where that opened the session. */
  readonly replaces?: string;
}

/** The issues of a session. Throws BARGAIN_INVALID. */
export function issuesOf(asked: readonly z.output<typeof issueSchema>[]): readonly BargainIssue[] {
  const twice = asked.find(({ name }, at) => asked.findIndex((other) => other.name === name) !== at);
  if (twice) throw negotiationErrors.BARGAIN_INVALID({ problem: `issues: wanted names that differ; got "${twice.name}" twice` });
  const slos = asked.flatMap(({ slo }) => (slo === undefined ? [] : [slo]));
  const double = slos.find((slo, at) => slos.indexOf(slo) !== at);
  if (double) throw negotiationErrors.BARGAIN_INVALID({ problem: `issues: wanted one at most for ${double}; got several` });
  return asked.map(({ name, values, slo }) => {
    const texts = values.map(String);
    if (new Set(texts).size !== texts.length)
      throw negotiationErrors.BARGAIN_INVALID({ problem: `issue "${name}": wanted values that differ; got ${texts.join(", ")}` });
    if (slo === undefined) return { name, values: texts };
    const wrong = texts.find((text) => !fits(slo, Number(text)));
    if (wrong !== undefined)
      throw negotiationErrors.BARGAIN_INVALID({ problem: `issue "${name}": wanted ${meaning[slo]} for ${slo}; got "${wrong}"` });
    return { name, values: texts, slo };
  });
}

const meaning: Readonly<Record<SloName, string>> = {
  acceptMs: "ms above 0",
  firstArtifactMs: "ms above 0",
  totalMs: "ms above 0",
  cost: "credits of at least 0",
  success: "a share between 0 and 1",
};

function fits(slo: SloName, number: number): boolean {
  if (slo === "cost") return number >= 0;
  return number > 0 && (slo !== "success" || number < 1) && Number.isFinite(number);
}

/** The domain of a session. */
export function domainOf({ issues }: Pick<BargainTerms, "issues">): Domain {
  return { issues };
}

/** The terms as the protocol takes them. */
export function protocolTerms(terms: BargainTerms): OfferTerms {
  const { parties, issues, rounds, startAt, endAt, moveWithinMs } = terms;
  return {
    participants: parties.map(({ name }) => name),
    issues: issues.map(({ values }) => values.length),
    startAt,
    moveWithinMs,
    ...(rounds === undefined ? {} : { rounds }),
    ...(endAt === undefined ? {} : { endAt }),
  };
}

/** An offer in words as an outcome of the session. Throws OFFER_INVALID. */
export function outcomeOf(terms: BargainTerms, offer: Readonly<Record<string, string | number>>): Outcome {
  const words = Object.fromEntries(Object.entries(offer).map(([name, one]) => [name, String(one)]));
  try {
    return parseOutcome(domainOf(terms), words);
  } catch (cause) {
    throw negotiationErrors.OFFER_INVALID({ problem: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
}

/** What was agreed of service levels. */
export function slosOf(
  terms: BargainTerms,
  agreed: Readonly<Record<string, string>>,
): Readonly<Partial<Record<SloName, number>>> {
  return Object.fromEntries(
    terms.issues.flatMap(({ name, slo }) => (slo === undefined ? [] : ([[slo, Number(agreed[name])]] as const))),
  );
}
