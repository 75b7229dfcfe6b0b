/**
 * Terms: what an agent's service has to be like. A term names an indicator, the threshold that makes a task good
 * (none for success: completed is good), and the target, the share of tasks that must be good. What comes later in this
 * list wins: the hub's configuration, the agent's card, what an operator set, and, for one task, its agreement.
 */
import { z } from "zod";
import type { ConfigValues } from "../base/config-keys.ts";
import type { ServiceParams } from "../base/sla-extension.ts";
import { type Indicator, indicators } from "./indicators.ts";

/** Where a term comes from. */
export const termSources = ["config", "card", "set", "agreement"] as const;

/** One term of an agent. */
export interface Term {
  readonly indicator: Indicator;
  /** ms, or credits; undefined for success. */
  readonly threshold: number | undefined;
  /** Share of tasks that must be good, below 1. */
  readonly target: number;
  readonly source: (typeof termSources)[number];
}

/** Terms as an operator sets them; what is left out stays as card and configuration have it, null takes a term away. */
export const setTermsSchema = z.object({
  acceptMs: z.number().positive().nullable().optional().describe("time until the agent takes a task, ms"),
  firstArtifactMs: z.number().positive().nullable().optional().describe("time until its first result, ms"),
  totalMs: z.number().positive().nullable().optional().describe("time until its end, ms"),
  cost: z.number().min(0).nullable().optional().describe("most credits for a task"),
  success: z.number().gt(0).lt(1).nullable().optional().describe("share of tasks that must be completed"),
  target: z.number().gt(0).lt(1).optional().describe("share of tasks that must keep the other terms"),
});
export type SetTerms = z.output<typeof setTermsSchema>;

/** What an agreement says of its tasks; `success` is the share that must be completed. */
export type AgreementTerms = Readonly<Partial<Record<(typeof names)[Indicator], number | undefined>>>;

/** Reads the terms of an agreement between those two, if it is one. */
export type AgreementTermsOf = (id: string, contractor: string, initiator: string) => Promise<AgreementTerms | undefined>;

const names = {
  accept: "acceptMs",
  "first-artifact": "firstArtifactMs",
  total: "totalMs",
  success: "success",
  cost: "cost",
} as const satisfies Record<Indicator, keyof SetTerms>;

/** The terms of the configuration; 0 means none. */
export function configTerms(values: ConfigValues): SetTerms {
  const given = (value: number): number | null => (value === 0 ? null : value);
  return {
    acceptMs: given(values["sla.acceptMs"]),
    firstArtifactMs: given(values["sla.firstArtifactMs"]),
    totalMs: given(values["sla.totalMs"]),
    cost: null,
    success: given(values["sla.success"]),
    target: values["sla.target"],
  };
}

/** An agent's terms out of configuration, card and what was set. */
export function termsOf(config: SetTerms, card: ServiceParams["promises"], set: SetTerms | undefined): readonly Term[] {
  const target = set?.target ?? config.target ?? 0.95;
  return indicators.flatMap((indicator): Term[] => {
    const name = names[indicator];
    const layers = [
      ["set", set?.[name]],
      ["card", card?.[name]],
      ["config", config[name]],
    ] as const;
    const [source, value] = layers.find(([, given]) => given !== undefined) ?? ["config", null];
    if (value === null || value === undefined) return [];
    return indicator === "success"
      ? [{ indicator, threshold: undefined, target: value, source }]
      : [{ indicator, threshold: value, target, source }];
  });
}

/** The terms for one task: its agreement has the last word on what it speaks of. */
export function termsUnder(terms: readonly Term[], agreement: AgreementTerms | undefined, target: number): readonly Term[] {
  if (!agreement) return terms;
  const agreed = indicators.flatMap((indicator): Term[] => {
    const value = agreement[names[indicator]];
    if (value === undefined) return [];
    if (indicator === "success") return [{ indicator, threshold: undefined, target: value, source: "agreement" }];
    const own = terms.find((term) => term.indicator === indicator)?.target ?? target;
    return [{ indicator, threshold: value, target: own, source: "agreement" }];
  });
  return [...terms.filter(({ indicator }) => !agreed.some((term) => term.indicator === indicator)), ...agreed];
}
