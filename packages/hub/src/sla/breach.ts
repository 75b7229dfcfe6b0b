/** Breaches: a term that burns, from its alert to its recovery. Pure. */
import type { Burning, Severity } from "./burn.ts";
import type { Indicator } from "./indicators.ts";

/** A term in breach. */
export interface Breach {
  readonly id: string;
  readonly agent: string;
  readonly indicator: Indicator;
  readonly severity: Severity;
  readonly openedAt: number;
  readonly because: string;
}

/** What changes about a breach. */
export type BreachChange =
  | { readonly type: "opened"; readonly breach: Breach }
  | { readonly type: "raised"; readonly breach: Breach }
  | { readonly type: "recovered"; readonly breach: Breach };

/** What becomes of a term's breach (or of none) now that its rules say this. A page never falls back to a ticket before it has recovered. */
export function nextBreach(
  open: Breach | undefined,
  now: { readonly burning: Burning | undefined; readonly at: number; readonly id: string },
  term: { readonly agent: string; readonly indicator: Indicator; readonly target: number },
): readonly [Breach | undefined, BreachChange | undefined] {
  const { burning, at, id } = now;
  if (!burning) return [undefined, open && { type: "recovered", breach: open }];
  const { agent, indicator } = term;
  const { severity } = burning.rule;
  const because = sentence(burning, term.target);
  if (!open) {
    const breach = { id, agent, indicator, severity, openedAt: at, because };
    return [breach, { type: "opened", breach }];
  }
  if (open.severity === "ticket" && severity === "page") {
    const breach = { ...open, severity, because };
    return [breach, { type: "raised", breach }];
  }
  return [open, undefined];
}

function sentence({ rule, rate }: Burning, target: number): string {
  const hours = (ms: number): string => (ms < 3_600_000 ? `${ms / 60_000} min` : `${ms / 3_600_000} h`);
  return `the error budget burns ${rate.toFixed(1)} times as fast as a target of ${(target * 100).toFixed(1)} % allows, over ${hours(rule.longMs)} and over ${hours(rule.shortMs)} (alert at ${rule.factor})`;
}
