/**
 * Strategies put together of parts (the BOA framework: bidding, opponent model, acceptance; Baarslag et al. 2014). A bidding chooses the next
 * offer, an acceptance decides on the one that stands, and a model of each opponent tells both what the others seem to want.
 */
import { countOutcomes, type Domain, numberOf, type Outcome } from "../scenario/domain.ts";
import { type Preferences, reservationOf, type Utility, utilityOf } from "../scenario/preferences.ts";
import { type Ranking, rankOutcomes } from "./ranking.ts";
import { type Action, defineStrategy, type Moment, type Negotiator, type Strategy, type View } from "./strategy.ts";

/** What the parts of a strategy look at. */
export interface Table {
  readonly view: View;
  /** The own rational outcomes, best first. */
  readonly ranking: Ranking;
  readonly utility: Utility;
  readonly reservation: number;
  /** What the others have offered so far. */
  readonly history: History;
  /** The estimated utility of an outcome for whoever of the others likes it least; 1 before anything is known, or without a model. */
  othersUtility(outcome: Outcome): number;
}

/** Chooses offers. */
export interface Bidding {
  /** The next offer, and what it is worth to oneself. Called once a turn. */
  bid(moment: Moment): { readonly outcome: Outcome; readonly utility: number };
}

/** Decides on an offer: `offered` is what it is worth to oneself, `next` what the own next bid is. */
export type Acceptance = (table: Table, offered: number, next: number, moment: Moment) => boolean;

/** Learns what one opponent wants. */
export interface OpponentModel {
  heard(outcome: Outcome, t: number): void;
  /** An estimate from 0 to 1. */
  utility(outcome: Outcome): number;
}

/** What a strategy is made of. */
export interface Parts {
  readonly name: string;
  readonly bidding: (table: Table) => Bidding;
  readonly acceptance: Acceptance;
  readonly model?: (view: View) => OpponentModel;
}

/** The offers that were heard, by worth and in time. */
export class History {
  readonly #domain: Domain;
  readonly #utility: Utility;
  readonly #seen: (Set<number | string> | undefined)[] = [];
  readonly #times: number[] = [];
  readonly #utilities: number[] = [];
  readonly #numbered: boolean;
  #best: { readonly outcome: Outcome; readonly utility: number } | undefined;

  constructor(domain: Domain, preferences: Preferences) {
    this.#domain = domain;
    this.#utility = utilityOf(preferences);
    this.#numbered = countOutcomes(domain) < Number.MAX_SAFE_INTEGER;
  }

  /** How many offers were heard. */
  get count(): number {
    return this.#utilities.length;
  }

  /** The best offer for oneself. */
  get best(): { readonly outcome: Outcome; readonly utility: number } | undefined {
    return this.#best;
  }

  /** How many different offers came from whoever made the fewest. */
  get distinct(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const seen of this.#seen) if (seen !== undefined) least = Math.min(least, seen.size);
    return least === Number.POSITIVE_INFINITY ? 0 : least;
  }

  heard(by: number, outcome: Outcome, t: number): void {
    const utility = this.#utility(outcome);
    this.#times.push(t);
    this.#utilities.push(utility);
    if (this.#best === undefined || utility > this.#best.utility) this.#best = { outcome, utility };
    this.#seen[by] ??= new Set();
    this.#seen[by].add(this.#numbered ? numberOf(this.#domain, outcome) : outcome.join());
  }

  /** The best utility that was offered at or after a time; -1 when nothing was. */
  bestSince(t: number): number {
    let best = -1;
    for (let i = this.#times.length - 1; i >= 0 && this.#times[i]! >= t; i--) best = Math.max(best, this.#utilities[i]!);
    return best;
  }
}

/** Makes a strategy of its parts. It never accepts below its reservation, and ends where no outcome is rational for it. */
export function compose(parts: Parts): Strategy {
  return defineStrategy({ name: parts.name, start: (view) => composed(parts, view) });
}

function composed(parts: Parts, view: View): Negotiator {
  const { preferences } = view;
  const ranking = rankOutcomes(view.domain, preferences);
  const utility = utilityOf(preferences);
  const reservation = reservationOf(preferences);
  const history = new History(view.domain, preferences);
  const models = new Map<number, OpponentModel>();
  const table: Table = {
    view,
    ranking,
    utility,
    reservation,
    history,
    othersUtility(outcome) {
      let least = 1;
      for (const model of models.values()) least = Math.min(least, model.utility(outcome));
      return least;
    },
  };
  const bidding = parts.bidding(table);
  return {
    heard(by, outcome, t) {
      history.heard(by, outcome, t);
      if (parts.model === undefined) return;
      const model = models.get(by) ?? parts.model(view);
      models.set(by, model);
      model.heard(outcome, t);
    },
    act(moment): Action {
      if (ranking.count === 0) return { act: "end" };
      const bid = bidding.bid(moment);
      if (moment.standing !== undefined) {
        const offered = utility(moment.standing);
        if (offered >= reservation && parts.acceptance(table, offered, bid.utility, moment)) return { act: "accept" };
      }
      return moment.mayOffer ? { act: "offer", outcome: bid.outcome } : { act: "end" };
    },
  };
}
