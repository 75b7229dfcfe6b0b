/** The breaches there are: opened, raised and recovered as the rules say, written down, and told of once. */
import type { Clock } from "../base/clock.ts";
import type { ConfigValues } from "../base/config-keys.ts";
import { newId } from "../base/ids.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { type Breach, type BreachChange, nextBreach } from "./breach.ts";
import { burning } from "./burn.ts";
import type { Verdict } from "./judging.ts";
import type { SlaLedger } from "./ledger.ts";
import type { BreachRow } from "./report.ts";
import type { Series } from "./series.ts";
import type { Term } from "./terms.ts";
import type { Measurement } from "./tracking.ts";
import { watchedTerms } from "./watched-terms.ts";

/** A breach as listeners hear of it. Its `agreement` is set when one task broke its agreement. */
export interface BreachNews {
  readonly type: BreachChange["type"];
  readonly breach: BreachRow;
}

/** What the book stands on. */
export interface BreachBookInput {
  readonly ledger: SlaLedger;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly values: ConfigValues;
  /** Has work done after all that was asked for before. */
  readonly later: (work: () => Promise<void>) => void;
  /** Hears of a breach once it is written down. */
  readonly told: (news: BreachNews) => void;
}

/** Keeps the breaches of all agents. */
export class BreachBook {
  readonly #input: BreachBookInput;
  readonly #open = new Map<string, Breach>();

  constructor(input: BreachBookInput) {
    this.#input = input;
  }

  /** Takes the open breaches over as the store has them. */
  load(open: readonly Breach[]): void {
    this.#open.clear();
    for (const breach of open) this.#open.set(keyOf(breach), breach);
  }

  /** An agent's open breaches; without a name everyone's. */
  open(agent?: string): readonly Breach[] {
    return [...this.#open.values()].filter((breach) => agent === undefined || breach.agent === agent);
  }

  /** Looks at an agent's terms. */
  check(agent: string, series: Series, terms: readonly Term[]): void {
    const { clock, values } = this.#input;
    const now = clock.now();
    const minimum = { tasks: values["sla.minTasks"], bad: values["sla.minBad"] };
    const watched = watchedTerms(series, terms, values["sla.target"], now);
    for (const breach of this.open(agent))
      if (!watched.some(({ indicator }) => indicator === breach.indicator)) this.#changed({ type: "recovered", breach });
    for (const { indicator, target } of watched) {
      const term = { agent, indicator, target };
      const fire = burning(series, indicator, target, minimum, now);
      const id = newId("breach", now);
      const [, change] = nextBreach(this.#open.get(keyOf(term)), { burning: fire, at: now, id }, term);
      if (change) this.#changed(change);
    }
  }

  /** A task broke a term of its agreement: told at once, and over at once. */
  brokeAgreement(measured: Measurement, { term, value }: Verdict): void {
    const { agent, agreement, task, at } = measured;
    const unit = term.indicator === "cost" ? "credits" : "ms";
    const why = measured.outcome === "completed" ? "" : `, and the task ended as ${measured.outcome}`;
    const row: BreachRow = {
      id: newId("breach", at),
      agent,
      indicator: term.indicator,
      severity: "agreement",
      agreement: agreement ?? null,
      because:
        term.threshold === undefined
          ? `task ${task} ended as ${measured.outcome}, and a share of ${term.target} was agreed to be completed`
          : `task ${task}: ${value} ${unit} where ${term.threshold} ${unit} were agreed${why}`,
      openedAt: at,
      closedAt: at,
    };
    this.#tell("opened", row);
  }

  #changed(change: BreachChange): void {
    const { type, breach } = change;
    const { metrics, clock } = this.#input;
    const recovered = type === "recovered";
    if (recovered) this.#open.delete(keyOf(breach));
    else this.#open.set(keyOf(breach), breach);
    const labels = { agent: breach.agent, indicator: breach.indicator };
    for (const severity of ["page", "ticket"] as const)
      metrics.slaBreached.set({ ...labels, severity }, !recovered && severity === breach.severity ? 1 : 0);
    this.#tell(type, { ...breach, agreement: null, closedAt: recovered ? clock.now() : null });
  }

  #tell(type: BreachChange["type"], row: BreachRow): void {
    const { ledger, later, told } = this.#input;
    const { agent, indicator, severity, agreement, because, id } = row;
    const event = {
      kind: type === "recovered" ? "sla.recovered" : "sla.breached",
      actor: "hub",
      subject: agent,
      data: { indicator, severity, agreement, because, breach: id, change: type },
    };
    later(async () => {
      // Of several hubs that see it, the one that writes it down tells of it.
      const first = await (type === "opened" ? ledger.open(row, event) : ledger.change(row, event));
      if (first) told({ type, breach: row });
    });
  }
}

function keyOf({ agent, indicator }: { readonly agent: string; readonly indicator: string }): string {
  return `${agent}\n${indicator}`;
}
