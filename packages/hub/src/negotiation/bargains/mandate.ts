/**
 * The mandate guard: what a party may offer and accept, decided outside whoever bargains for it. A strategy, a person and a language model
 * are held to it alike, since language models agree to what they were told not to. Several mandates hold together: that which the
 * operator set for the party, and that of the session. What cannot be checked is not allowed. Pure.
 */
import { z } from "zod";
import type { BargainIssue } from "./terms.ts";

/** Who may write an act that binds: a strategy of the hub, a language model, the agent (by message or tool), or the operator. */
export const writers = ["strategy", "model", "agent", "operator"] as const;
export type Writer = (typeof writers)[number];

const limits = z.object({
  allow: z.array(z.string()).min(1).optional().describe("only these values"),
  forbid: z.array(z.string()).optional().describe("none of these values"),
  least: z.number().optional().describe("no number below this one"),
  most: z.number().optional().describe("no number above this one"),
});

/** What a party may agree to. */
export const mandateSchema = z.object({
  issues: z.record(z.string(), limits).default({}).describe("limits by issue; they count in every session that has the issue"),
  minUtility: z.number().optional().describe("least utility by the party's own preferences"),
  budget: z
    .object({ issue: z.string(), most: z.number().min(0) })
    .optional()
    .describe("the most that all its agreements and open offers may add up to, of a numeric issue"),
  commit: z.array(z.enum(writers)).optional().describe("who may make and accept offers for it; all, when left out"),
  until: z.number().optional().describe("until when it may bind itself, ms since 1970"),
  speech: z
    .enum(["none", "free"])
    .optional()
    .describe("what leaves of the words that a language model writes beside its offers: nothing, unless set to free"),
});
export type Mandate = z.output<typeof mandateSchema>;

/** What is to be checked: an offer that a party makes, or that it would accept. */
export interface Commitment {
  readonly issues: readonly BargainIssue[];
  readonly offer: Readonly<Record<string, string>>;
  readonly writer: Writer;
  readonly now: number;
  /** By the party's preferences; undefined where the hub does not know them. */
  readonly utility: number | undefined;
  /** What the party has promised elsewhere, by issue. */
  readonly promised: Readonly<Record<string, number>>;
}

/** Why something is outside a mandate: the rule, and in words what came and what is allowed. */
export interface Violation {
  readonly rule: "issue" | "utility" | "budget" | "writer" | "time";
  readonly got: string;
  readonly allowed: string;
}

/** The first rule that a commitment breaks, or undefined when it is within all mandates. */
export function violation(mandates: readonly Mandate[], commitment: Commitment): Violation | undefined {
  for (const mandate of mandates) {
    const broken = brokenBy(mandate, commitment);
    if (broken) return broken;
  }
  return undefined;
}

/** The values of an issue that all mandates allow. */
export function allowedValues(mandates: readonly Mandate[], { name, values }: BargainIssue): readonly string[] {
  return values.filter((value) => mandates.every(({ issues }) => within(issues[name], value)));
}

/** The least utility that all mandates allow; undefined when none asks for any. */
export function leastUtility(mandates: readonly Mandate[]): number | undefined {
  const all = mandates.flatMap(({ minUtility }) => (minUtility === undefined ? [] : [minUtility]));
  return all.length === 0 ? undefined : Math.max(...all);
}

/** What an offer costs of a budget: its number, 0 where the session has no such issue, and NaN where it is no number. */
export function amountOf(offer: Readonly<Record<string, string>>, issue: string): number {
  const value = offer[issue];
  return value === undefined ? 0 : numberOf(value);
}

function brokenBy(mandate: Mandate, { issues, offer, writer, now, utility, promised }: Commitment): Violation | undefined {
  const { commit, until, minUtility, budget } = mandate;
  if (commit && !commit.includes(writer))
    return { rule: "writer", got: `an act of the ${writer}`, allowed: `acts of the ${commit.join(" or the ") || "nobody"}` };
  if (until !== undefined && now > until)
    return { rule: "time", got: new Date(now).toISOString(), allowed: `until ${new Date(until).toISOString()}` };
  for (const issue of issues) {
    const value = offer[issue.name];
    if (value !== undefined && within(mandate.issues[issue.name], value)) continue;
    const allowed = allowedValues([mandate], issue);
    return {
      rule: "issue",
      got: `${issue.name} = ${value ?? "nothing"}`,
      allowed: allowed.length === 0 ? `no value of ${issue.name}` : `${issue.name} = ${allowed.join(", ")}`,
    };
  }
  if (minUtility !== undefined && !(utility !== undefined && utility >= minUtility - rounding))
    return {
      rule: "utility",
      got: utility === undefined ? "an offer of unknown utility, since its preferences are not known here" : `utility ${utility}`,
      allowed: `a utility of at least ${minUtility}`,
    };
  if (budget) {
    const amount = amountOf(offer, budget.issue);
    const left = budget.most - (promised[budget.issue] ?? 0);
    if (!(amount >= 0 && amount <= left + rounding))
      return {
        rule: "budget",
        got: `${budget.issue} = ${offer[budget.issue] ?? "nothing"}`,
        allowed: `at most ${Math.max(0, left)}, what is left of ${budget.most}`,
      };
  }
  return undefined;
}

// Sums of weights are not exact.
const rounding = 1e-9;

function within(limit: Mandate["issues"][string] | undefined, value: string): boolean {
  if (!limit) return true;
  const { allow, forbid, least, most } = limit;
  if (allow && !allow.includes(value)) return false;
  if (forbid?.includes(value)) return false;
  if (least === undefined && most === undefined) return true;
  const number = numberOf(value);
  return number >= (least ?? Number.NEGATIVE_INFINITY) && number <= (most ?? Number.POSITIVE_INFINITY);
}

// An empty text is no number, whatever JavaScript says.
function numberOf(value: string): number {
  return value.trim() === "" ? Number.NaN : Number(value);
}
