/**
 * The SLA monitor: measures every task that is seen, judges it by its terms, keeps the counts, and acts on breaches. It
 * counts in memory and adds to the store every few seconds: a crash loses those seconds and nothing else. Hubs that share
 * a store add into the same buckets, read what the others added every ten seconds, and tell of a breach once.
 */
import type { Clock } from "../base/clock.ts";
import type { ConfigValues } from "../base/config-keys.ts";
import { baseErrors } from "../base/errors.ts";
import { Listeners } from "../base/listeners.ts";
import type { Logger } from "../base/logger.ts";
import type { TaskOutcome, TaskSighting } from "../base/sighting.ts";
import type { ServiceParams } from "../base/sla-extension.ts";
import { toolsOf } from "../base/tool.ts";
import type { Store } from "../store/store.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { BreachBook, type BreachNews } from "./breach-book.ts";
import { Counts } from "./counts.ts";
import type { Indicator } from "./indicators.ts";
import { judge, type Verdict } from "./judging.ts";
import { SlaLedger } from "./ledger.ts";
import { countMeasured, showReport } from "./metering.ts";
import { type OpenSloDocument, openSlo } from "./openslo.ts";
import { type BreachRow, type Report, reportOf } from "./report.ts";
import { type Standing, standingFrom, unknownStanding } from "./standing.ts";
import {
  type AgreementTerms,
  type AgreementTermsOf,
  configTerms,
  type SetTerms,
  type Term,
  termsOf,
  termsUnder,
} from "./terms.ts";
import { type Measurement, TaskTracker } from "./tracking.ts";

/** What the monitor stands on. */
export interface SlaInput {
  readonly store: Store;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly values: ConfigValues;
  /** The agents there are now, with what their cards promise. */
  readonly agents: () => readonly { readonly name: string; readonly description: string; readonly service: ServiceParams }[];
  readonly agreement: AgreementTermsOf;
  /** Hears of each task that ended under an agreement, before its breaches are told of. */
  readonly judged?: (agreement: string, task: JudgedTask) => Promise<void>;
}

/** A task under an agreement at its end: how it ended, and the indicators of the agreement that it broke. `at` in ms. */
export interface JudgedTask {
  readonly task: string;
  readonly outcome: TaskOutcome;
  readonly broken: readonly Indicator[];
  readonly at: number;
}

const followedTasks = 10_000;
const flushMs = 2_000;
const checkMs = 10_000;
const restMs = 250;
const shownBreaches = 20;

/** Watches agents' service levels. */
export class Sla {
  readonly #input: SlaInput;
  readonly #ledger: SlaLedger;
  readonly #onBreach: Listeners<BreachNews>;
  readonly #onChange: Listeners<string>;
  readonly #counts: Counts;
  readonly #set = new Map<string, SetTerms>();
  readonly #book: BreachBook;
  readonly #standings = new Map<string, Standing & { readonly at: number }>();
  readonly #checkedAt = new Map<string, number>();
  readonly #unchecked = new Set<string>();
  readonly #tracker = new TaskTracker(followedTasks);
  readonly #termsAt = new Map<string, { readonly at: number; readonly terms: readonly Term[] }>();
  #work: Promise<void> = Promise.resolve();
  readonly #timers: readonly NodeJS.Timeout[];

  private constructor(input: SlaInput) {
    this.#input = input;
    this.#ledger = new SlaLedger(input.store, input.clock);
    this.#counts = new Counts(input.clock);
    const failed = (error: unknown): void => input.log.error({ err: error }, "a listener to service levels failed");
    this.#onBreach = new Listeners(failed);
    this.#onChange = new Listeners(failed);
    this.#book = new BreachBook({
      ...input,
      ledger: this.#ledger,
      later: (work) => void this.#later(work),
      told: (news) => {
        this.#onBreach.tell(news);
        this.#onChange.tell(news.breach.agent);
      },
    });
    this.#timers = [
      setInterval(() => void this.flush(), flushMs).unref(),
      setInterval(() => void this.sync().then(() => this.check()), checkMs).unref(),
      setInterval(() => this.#checkRest(), restMs).unref(),
    ];
  }

  /** Opens the monitor with what the store has. */
  static async open(input: SlaInput): Promise<Sla> {
    const sla = new Sla(input);
    for (const [agent, series] of await sla.#ledger.series()) sla.#counts.load(agent, series);
    await sla.#readOthers();
    return sla;
  }

  /** Takes note of what is seen of a task. */
  observe(sighting: TaskSighting): void {
    const measured = this.#tracker.take(sighting);
    if (!measured) return;
    if (measured.agreement === undefined) this.#count(measured, undefined);
    else {
      const { agent, agreement } = measured;
      this.#later(async () => {
        const terms = await this.#input.agreement(agreement, agent, sighting.owner);
        const verdicts = this.#count(measured, terms);
        if (!terms) return;
        const { task, outcome, at } = measured;
        const broken = verdicts.flatMap(({ good, term }) => (good || term.source !== "agreement" ? [] : [term.indicator]));
        await this.#input.judged?.(agreement, { task, outcome, broken, at });
      });
    }
  }

  /** Calls `listener` when a term is broken or recovers, or a task broke its agreement; returns how to stop. */
  onBreach(listener: (news: BreachNews) => void): () => void {
    return this.#onBreach.add(listener);
  }

  /** Calls `listener` with the name of an agent whose report has changed; returns how to stop. */
  onChange(listener: (agent: string) => void): () => void {
    return this.#onChange.add(listener);
  }

  /** An agent's terms now. */
  terms(agent: string): readonly Term[] {
    const known = this.#input.agents().find(({ name }) => name === agent);
    return termsOf(configTerms(this.#input.values), known?.service.promises, this.#set.get(agent));
  }

  /** Sets terms for an agent, over its card and the configuration. Throws NOT_FOUND. */
  async setTerms(agent: string, terms: SetTerms, actor: string): Promise<readonly Term[]> {
    this.#known(agent);
    await this.#ledger.setTerms(agent, terms, actor);
    this.#set.set(agent, terms);
    this.#termsAt.delete(agent);
    this.check();
    this.#onChange.tell(agent);
    return this.terms(agent);
  }

  /** An agent's report. Throws NOT_FOUND. */
  async report(agent: string): Promise<Report> {
    this.#known(agent);
    await this.settled();
    const breaches = await this.#ledger.breaches({ agent, open: false, limit: shownBreaches });
    return reportOf(
      agent,
      this.#counts.of(agent),
      this.terms(agent),
      this.#book.open(agent),
      breaches,
      this.#windowMs,
      this.#input.clock.now(),
    );
  }

  /** Breaches, newest first. */
  async breaches(filter: { agent: string | undefined; open: boolean; limit: number }): Promise<readonly BreachRow[]> {
    await this.settled();
    return this.#ledger.breaches(filter);
  }

  /** The terms of an agent, or of all, as OpenSLO documents. Throws NOT_FOUND. */
  openSlo(agent: string | undefined): readonly OpenSloDocument[] {
    if (agent !== undefined) this.#known(agent);
    const agents = this.#input.agents().filter(({ name }) => agent === undefined || name === agent);
    return openSlo(
      agents.map(({ name, description }) => ({ agent: name, description, terms: this.terms(name) })),
      this.#input.values["sla.windowDays"],
    );
  }

  /** What routing asks of an agent; at most a second old. */
  standing(agent: string): Standing {
    const known = this.#standings.get(agent);
    const now = this.#input.clock.now();
    if (known && now - known.at < 1000) return known;
    if (!this.#counts.has(agent)) return unknownStanding;
    const series = this.#counts.of(agent);
    const open = this.#book.open(agent);
    const report = reportOf(agent, series, this.terms(agent), open, [], this.#windowMs, now);
    const standing = { at: now, ...standingFrom(report, open, this.#input.values["sla.minTasks"]) };
    this.#standings.set(agent, standing);
    return standing;
  }

  /** Looks at every term: time alone ends breaches too. */
  check(): void {
    const counted = this.#counts.all();
    for (const agent of new Set([...counted.keys(), ...this.#book.open().map((breach) => breach.agent)])) this.#check(agent);
    const now = this.#input.clock.now();
    for (const [agent, series] of counted)
      showReport(this.#input.metrics, reportOf(agent, series, this.terms(agent), [], [], this.#windowMs, now));
  }

  /** Adds what was counted to the store. */
  flush(): Promise<void> {
    const shares = this.#counts.takeUnsaved();
    if (shares.length === 0) return this.#work;
    return this.#later(async () => {
      try {
        await this.#ledger.add(shares);
      } catch (error) {
        this.#counts.giveBack(shares);
        throw error;
      }
    });
  }

  /** Adds what was counted to the store, and takes over what other hubs on it counted, set and saw. */
  sync(): Promise<void> {
    void this.flush();
    return this.#later(() => this.#readOthers());
  }

  /** Resolves when everything seen so far is counted and every breach is written down. */
  async settled(): Promise<void> {
    // What is written down may bring more to write down: a task under an agreement is counted only then.
    for (let work: Promise<void> | undefined; work !== this.#work; ) {
      work = this.#work;
      await work;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.settled();
    await this.flush();
  }

  async #readOthers(): Promise<void> {
    const newest = await this.#ledger.newest();
    this.#counts.exchange(newest);
    const terms = await this.#ledger.terms();
    const open = await this.#ledger.openBreaches();
    this.#set.clear();
    this.#termsAt.clear();
    for (const [agent, set] of terms) this.#set.set(agent, set);
    this.#book.load(open);
    this.#standings.clear();
  }

  get #windowMs(): number {
    return this.#input.values["sla.windowDays"] * 86_400_000;
  }

  #known(agent: string): void {
    if (this.#counts.has(agent) || this.#input.agents().some(({ name }) => name === agent)) return;
    throw baseErrors.NOT_FOUND({ what: "agent", id: agent });
  }

  #count(measured: Measurement, agreement: AgreementTerms | undefined): readonly Verdict[] {
    const { values, clock } = this.#input;
    const { agent } = measured;
    const verdicts = judge(measured, termsUnder(this.#termsNow(agent), agreement, values["sla.target"]));
    countMeasured(this.#input.metrics, measured, verdicts);
    if (measured.outcome === "canceled") return verdicts;
    this.#counts.add(agent, { measured, verdicts });
    for (const verdict of verdicts)
      if (!verdict.good && verdict.term.source === "agreement") this.#book.brokeAgreement(measured, verdict);
    // A busy agent is looked at every moment, not after every task.
    this.#unchecked.add(agent);
    if (clock.now() - (this.#checkedAt.get(agent) ?? 0) >= restMs) this.#checkRest();
    this.#onChange.tell(agent);
    return verdicts;
  }

  // An agent's terms, at most a second old: reading its card for every task would be most of the work.
  #termsNow(agent: string): readonly Term[] {
    const now = this.#input.clock.now();
    const known = this.#termsAt.get(agent);
    if (known && now - known.at < 1000) return known.terms;
    const terms = this.terms(agent);
    this.#termsAt.set(agent, { at: now, terms });
    return terms;
  }

  #checkRest(): void {
    for (const agent of this.#unchecked) this.#check(agent);
  }

  #check(agent: string): void {
    this.#unchecked.delete(agent);
    this.#checkedAt.set(agent, this.#input.clock.now());
    this.#book.check(agent, this.#counts.of(agent), this.terms(agent));
    this.#standings.delete(agent);
  }

  // Writes go one after another, so that a breach is opened before it is closed.
  #later(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.#input.log.error({ err: error }, "service levels could not be written down");
    });
    return this.#work;
  }
}

/** Declares an SLA tool. */
export const defineSlaTool = toolsOf<Sla>();
