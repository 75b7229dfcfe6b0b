/**
 * MiCRO for sessions that end: the default. Plain MiCRO concedes one outcome for each new one that it is offered, so with few rounds and
 * many outcomes two of it never meet (49 % agreements at 500 rounds in a reference tournament). This one keeps MiCRO's idea, that a new
 * offer is answered with a new offer, and adds what a deadline asks for:
 *
 * - Its target falls with time, late (e = 0.3), from a share of its best down to what seems fair: a little less than its own utility at the
 *   estimated Nash point. It never starts at its very best, since with few rounds that costs deals and fairness more than it brings.
 * - Of the outcomes above the target it offers one it has not offered yet, the one that the others seem to like best. Opponents that answer
 *   new offers with concessions get them, and deals lie near the Pareto front.
 * - Where it has offered all of those and the others have shown as many, it steps below the target, as MiCRO does, down to what is fair.
 * - While nothing it was offered is rational for it, what counts as fair sinks from 0.6 of the time on, down to its reservation at the end.
 * - In its last three actions it comes down to the best it was offered, offers that very outcome in the last one, and takes anything
 *   rational when no offer can be made any more.
 */
import { type Acceptance, type Bidding, compose, type Table } from "../bargaining/compose.ts";
import { FrequencyModel } from "../bargaining/opponent-model.ts";
import type { Moment } from "../bargaining/strategy.ts";
import { concession } from "../bargaining/time-dependent.ts";
import { nashPlace } from "../bargaining/trade-off.ts";

// Found on the generated scenarios and checked on the others: docs/reference/benchmarks.md.
const lateness = 0.3;
const endGame = 3;
const endGameTime = 0.02;
const lookAgainAfter = 2;
const looked = 400;
const band = 0.2;
const hopefulUntil = 0.6;

export const deadlineMicro = compose({
  name: "deadline-micro",
  bidding: (table) => new DeadlineBidding(table),
  acceptance: atTheEndAnything(),
  model: ({ domain }) => new FrequencyModel(domain),
});
export default deadlineMicro;

// What is below the reservation never gets here.
function atTheEndAnything(): Acceptance {
  return (_table, offered, next, { mayOffer }) => !mayOffer || offered >= next - 1e-12;
}

class DeadlineBidding implements Bidding {
  readonly #table: Table;
  readonly #offered = new Set<number>();
  #fair: number | undefined;
  #heardAtLook = 0;
  #patience: number | undefined;

  constructor(table: Table) {
    this.#table = table;
  }

  bid(moment: Moment) {
    const { ranking, history, reservation } = this.#table;
    this.#patience ??= patienceOf(moment.actionsLeft);
    const seemsFair = Math.max(reservation, this.#fairUtility() * Math.min(1, 0.84 + 0.025 * this.#patience));
    const received = history.best;
    const hopeless = received === undefined || received.utility < reservation;
    const fair = hopeless
      ? seemsFair - (seemsFair - reservation) * Math.max(0, (moment.t - hopefulUntil) / (1 - hopefulUntil))
      : seemsFair;
    const best = ranking.utility(0);
    const top = fair + (best - fair) * Math.min(0.95, 0.68 + 0.05 * this.#patience);
    const target = top - (top - fair) * concession(moment.t, lateness);
    const closing = closingShare(moment);
    if (closing > 0 && !hopeless) {
      if (moment.actionsLeft === 1) return received;
      return this.#choose(Math.max(received.utility, fair - (fair - received.utility) * closing), fair);
    }
    return this.#choose(Math.min(best, target), fair);
  }

  // What it is ready to offer is what it accepts; what it does offer may be worth more to it.
  #choose(target: number, fair: number) {
    const { ranking, history, othersUtility } = this.#table;
    let last = Math.max(0, ranking.lastAtLeast(target));
    const made = this.#offered.size;
    if (made > last * 0.9 && made <= history.distinct) {
      const next = Math.min(ranking.count - 1, made);
      if (ranking.utility(next) >= fair) last = Math.max(last, next);
    }
    let [liked, place] = [Number.NEGATIVE_INFINITY, last];
    // In a large space the places that are worth nearly the same are many: it looks at some of a whole band.
    const from = Math.max(0, Math.min(last - looked, ranking.lastAtLeast(target + band) + 1));
    const step = Math.max(1, Math.floor((last - from) / looked));
    for (let i = last; i >= from; i -= step) {
      const worth = othersUtility(ranking.outcome(i)) - (this.#offered.has(i) ? 2 : 0);
      if (worth > liked + 1e-12) [liked, place] = [worth, i];
    }
    this.#offered.add(place);
    return { outcome: ranking.outcome(place), utility: Math.min(target, ranking.utility(last)) };
  }

  // Before anything is known, half way between the best and the worst.
  #fairUtility(): number {
    const { ranking, history } = this.#table;
    if (history.count >= 3 && (this.#fair === undefined || history.count >= this.#heardAtLook + lookAgainAfter)) {
      this.#fair = ranking.utility(nashPlace(this.#table));
      this.#heardAtLook = history.count;
    }
    return this.#fair ?? (ranking.utility(0) + ranking.utility(ranking.count - 1)) / 2;
  }
}

// With more actions there is more time to find out who yields, so it begins higher above what is fair, and is surer of what that is: from few
// offers the estimate errs in its own favour. Doublings of 20 actions; sessions that only time limits count as 320.
function patienceOf(actions = 320): number {
  return Math.max(0, Math.log2(actions / 20));
}

// 0 before the end game, then rising to 1.
function closingShare({ actionsLeft, t }: Moment): number {
  if (actionsLeft !== undefined) return Math.max(0, (endGame - actionsLeft + 1) / endGame);
  return Math.max(0, (t - 1 + endGameTime) / endGameTime);
}
