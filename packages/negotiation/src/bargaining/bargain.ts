import type { AlternatingOffersResult } from "../alternating-offers/session.ts";
import { NegotiationError } from "../errors.ts";
import alternatingOffers from "../protocols/alternating-offers.ts";
import type { Outcome } from "../scenario/domain.ts";
import { discounted, reservationOf, utilityOf } from "../scenario/preferences.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Strategy } from "./strategy.ts";

/** An offer, in the order of making. */
export interface Step {
  /** The place of the party that made it. */
  readonly by: number;
  readonly round: number;
  readonly outcome: Outcome;
  /** What it is worth to each party, undiscounted. */
  readonly utilities: readonly number[];
}

/** A session that was played. */
export interface Bargain {
  readonly result: AlternatingOffersResult;
  /** What each party has in the end, discounted: the agreement's utility, or its reservation. */
  readonly utilities: readonly number[];
  /** All offers, or none where `path` was false. */
  readonly path: readonly Step[];
}

/** How a session is played. */
export interface BargainOptions {
  /** In how many rounds offers may be made; default 100. */
  readonly rounds?: number;
  readonly seed?: number;
  /** Whether to keep the offers; default true. */
  readonly path?: boolean;
}

/** Plays alternating offers between strategies, one for each party of a scenario; the same seed plays the same session. Throws `STRATEGIES_INVALID`. */
export function bargain(scenario: Scenario, strategies: readonly Strategy[], options: BargainOptions = {}): Bargain {
  const { domain, profiles } = scenario;
  const { rounds = 100, seed = 1, path: keeps = true } = options;
  if (strategies.length !== profiles.length)
    throw new NegotiationError("STRATEGIES_INVALID", { wanted: profiles.length, got: strategies.length });
  const names = profiles.map((_, p) => `${p}`);
  const parties = strategies.map((strategy, me) =>
    strategy.start({ domain, preferences: profiles[me]!.preferences, parties: names.length, me, seed: seed * 31 + me }),
  );
  const worth = profiles.map(({ preferences }) => utilityOf(preferences));
  const path: Step[] = [];
  let [state, effects] = alternatingOffers.start({
    participants: names,
    issues: domain.issues.map(({ values }) => values.length),
    rounds,
  });
  for (;;) {
    const [effect] = effects;
    if (effect === undefined || effect.type === "not-understood")
      throw new NegotiationError("STRATEGIES_INVALID", { wanted: "an action that fits", got: effect?.reason });
    if (effect.type === "closed") break;
    const me = state.action % names.length;
    const action = parties[me]!.act({
      t: effect.t,
      actionsLeft: effect.actionsLeft,
      standing: effect.standing?.outcome,
      mayOffer: effect.mayOffer,
    });
    const from = effect.to;
    if (action.act === "offer") {
      const { outcome } = action;
      for (let p = 0; p < parties.length; p++) if (p !== me) parties[p]!.heard(me, outcome, effect.t);
      if (keeps)
        path.push({ by: me, round: Math.floor(state.action / names.length), outcome, utilities: worth.map((u) => u(outcome)) });
      [state, effects] = alternatingOffers.step(state, { type: "offer", from, outcome }, state.at);
    } else [state, effects] = alternatingOffers.step(state, { type: action.act, from }, state.at);
  }
  const result = state.result!;
  const { agreed } = result;
  const t = Math.min(1, result.round / rounds);
  const utilities = profiles.map(({ preferences }, p) =>
    agreed === undefined ? reservationOf(preferences) : discounted(preferences, worth[p]!(agreed), t),
  );
  return { result, utilities, path };
}
