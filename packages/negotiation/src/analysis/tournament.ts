/**
 * Everybody against everybody, in both seats, over many scenarios; what each strategy got, with 95 % confidence intervals (normal, over
 * sessions). Only scenarios in which a deal is rational for all count. Means of distances are over agreements.
 */
import { bargain } from "../bargaining/bargain.ts";
import type { Strategy } from "../bargaining/strategy.ts";
import { NegotiationError } from "../errors.ts";
import { type AdditivePreferences, bestOf, reservationOf, utilityOf } from "../scenario/preferences.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type Front, paretoFront } from "./front.ts";
import { distanceTo, type Solutions, solutionsOf } from "./solutions.ts";

/** A mean, and the interval in which it lies with 95 % confidence. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** How one strategy did. */
export interface TournamentRow {
  readonly strategy: string;
  readonly sessions: number;
  /** The share of sessions that ended with a deal. */
  readonly agreement: number;
  /** Its own utility, undiscounted; the reservation where there was no deal. */
  readonly utility: Estimate;
  readonly opponentUtility: Estimate;
  /** What it gained over its reservation, of what it could gain at best. */
  readonly advantage: Estimate;
  readonly paretoDistance: Estimate;
  readonly nashDistance: Estimate;
  readonly rounds: Estimate;
}

/** One session of a tournament, seen from one seat. */
export interface Seat {
  readonly strategy: string;
  readonly opponent: string;
  readonly scenario: string;
  readonly agreed: boolean;
  readonly utility: number;
  readonly opponentUtility: number;
  readonly advantage: number;
  readonly paretoDistance: number | undefined;
  readonly nashDistance: number | undefined;
  readonly rounds: number;
}

/** What a tournament gives: the rows, best mean utility first, and every seat. */
export interface Tournament {
  readonly rows: readonly TournamentRow[];
  readonly seats: readonly Seat[];
}

/** Plays bilateral scenarios with additive preferences. Throws `SCENARIO_INVALID` for others. */
export function tournament(
  scenarios: readonly Scenario[],
  strategies: readonly Strategy[],
  options: { readonly rounds?: number; readonly seed?: number } = {},
): Tournament {
  const { rounds = 100, seed = 1 } = options;
  const seats: Seat[] = [];
  let session = 0;
  for (const scenario of scenarios) {
    const facts = factsOf(scenario);
    if (facts === undefined) continue;
    for (const first of strategies)
      for (const second of strategies) {
        session += 1;
        seats.push(...played(scenario, facts, [first, second], rounds, seed + session));
      }
  }
  const rows = strategies.map(({ name }) =>
    rowOf(
      name,
      seats.filter((one) => one.strategy === name),
    ),
  );
  return { rows: rows.toSorted((a, b) => b.utility.mean - a.utility.mean), seats };
}

interface Facts {
  readonly front: Front;
  readonly solutions: Solutions;
  readonly reservation: readonly number[];
  readonly best: readonly number[];
  readonly worth: readonly ((outcome: readonly number[]) => number)[];
}

function factsOf(scenario: Scenario): Facts | undefined {
  const preferences = scenario.profiles.map((profile) => profile.preferences);
  const additive = preferences.filter((one): one is AdditivePreferences => one.kind === "additive");
  if (preferences.length !== 2 || additive.length !== 2)
    throw new NegotiationError("SCENARIO_INVALID", {
      field: "profiles",
      wanted: "two, additive",
      got: preferences.map((one) => one.kind),
    });
  const front = paretoFront(scenario);
  const [reservation, best] = [preferences.map(reservationOf), additive.map(bestOf)];
  const solutions = solutionsOf(front, reservation, best);
  return solutions && { front, solutions, reservation, best, worth: preferences.map(utilityOf) };
}

function played(scenario: Scenario, facts: Facts, pair: readonly [Strategy, Strategy], rounds: number, seed: number): Seat[] {
  const { front, solutions, reservation, best, worth } = facts;
  const { result } = bargain(scenario, pair, { rounds, seed, path: false });
  const { agreed } = result;
  const utilities = worth.map((of, p) => (agreed === undefined ? reservation[p]! : of(agreed)));
  const distances =
    agreed === undefined
      ? { paretoDistance: undefined, nashDistance: undefined }
      : { paretoDistance: distanceTo(front, utilities), nashDistance: distanceTo(front, utilities, solutions.nash.places) };
  return pair.map((strategy, p) => ({
    strategy: strategy.name,
    opponent: pair[1 - p]!.name,
    scenario: scenario.name,
    agreed: agreed !== undefined,
    utility: utilities[p]!,
    opponentUtility: utilities[1 - p]!,
    advantage: (utilities[p]! - reservation[p]!) / Math.max(1e-9, best[p]! - reservation[p]!),
    ...distances,
    rounds: result.round,
  }));
}

function rowOf(strategy: string, seats: readonly Seat[]): TournamentRow {
  const deals = seats.filter((seat) => seat.agreed);
  return {
    strategy,
    sessions: seats.length,
    agreement: deals.length / Math.max(1, seats.length),
    utility: estimate(seats.map((seat) => seat.utility)),
    opponentUtility: estimate(seats.map((seat) => seat.opponentUtility)),
    advantage: estimate(seats.map((seat) => seat.advantage)),
    paretoDistance: estimate(deals.map((seat) => seat.paretoDistance ?? 0)),
    nashDistance: estimate(deals.map((seat) => seat.nashDistance ?? 0)),
    rounds: estimate(seats.map((seat) => seat.rounds)),
  };
}

function estimate(values: readonly number[]): Estimate {
  const { length } = values;
  if (length === 0) return { mean: Number.NaN, low: Number.NaN, high: Number.NaN };
  const mean = values.reduce((sum, one) => sum + one, 0) / length;
  const variance = values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, length - 1);
  const half = 1.96 * Math.sqrt(variance / length);
  return { mean, low: mean - half, high: mean + half };
}
