/**
 * What can be said of a scenario before anybody makes an offer, and how good a deal is by it.
 *
 * A distance alone says little: in a narrow space everything is near. So each comes with the optimality 1 - distance / farthest, where
 * `farthest` is the largest distance that any outcome has to the same points; 1 is at the point, 0 as far from it as can be. Domains that
 * cannot be enumerated get an upper bound of it: the nearest point's distance to the farthest corner of the box that holds all utilities.
 */
import { countOutcomes, type Outcome, outcomeAt } from "../scenario/domain.ts";
import { type Preferences, partsOf, reservationOf, utilityOf } from "../scenario/preferences.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Yield } from "./concessions.ts";
import { type Front, paretoFront } from "./front.ts";
import { distanceTo, type Solutions, solutionsOf } from "./solutions.ts";

/** What is known of a scenario. Utilities are undiscounted. */
export interface Survey {
  readonly scenario: Scenario;
  readonly front: Front;
  /** Undefined where no outcome is rational for everybody. */
  readonly solutions: Solutions | undefined;
  readonly reservation: readonly number[];
  /** The most each party can get. */
  readonly best: readonly number[];
}

/** A distance in utility space, and how near that is of what is possible, from 0 to 1. */
export interface Nearness {
  readonly distance: number;
  readonly optimality: number;
}

/** How far some utilities are from the front and, where there are any, from the solution points. */
export interface Assessment {
  readonly pareto: Nearness;
  readonly nash?: Nearness;
  readonly kalai?: Nearness;
  readonly kalaiSmorodinsky?: Nearness;
  readonly welfare?: Nearness;
}

/** Domains up to this are enumerated to find what is farthest. */
const mostLookedAt = 50_000;

/** Surveys a scenario. Throws `TOO_MANY_OUTCOMES` where preferences are not all additive and the domain is large. */
export function surveyOf(scenario: Scenario): Survey {
  const front = paretoFront(scenario);
  const reservation = scenario.profiles.map(({ preferences }) => reservationOf(preferences));
  // Whatever is best for somebody is on the front.
  const best = reservation.map((_, p) =>
    front.points.reduce((most, point) => Math.max(most, point[p]!), Number.NEGATIVE_INFINITY),
  );
  return { scenario, front, solutions: solutionsOf(front, reservation, best), reservation, best };
}

/** What an outcome is worth to each party, undiscounted. */
export function worthOf({ scenario }: Survey, outcome: Outcome): readonly number[] {
  return scenario.profiles.map(({ preferences }) => utilityOf(preferences)(outcome));
}

/** Says how good some utilities are. */
export function assess(survey: Survey, utilities: readonly number[]): Assessment {
  const { front, solutions } = survey;
  const nearness = (places: readonly number[]): Nearness => {
    const distance = distanceTo(front, utilities, places);
    const farthest = farthestFrom(survey, places);
    return { distance, optimality: farthest <= 1e-12 ? 1 : Math.max(0, 1 - distance / farthest) };
  };
  const pareto = nearness(Array.from(front.points.keys()));
  if (solutions === undefined) return { pareto };
  return {
    pareto,
    nash: nearness(solutions.nash.places),
    kalai: nearness(solutions.kalai.places),
    kalaiSmorodinsky: nearness(solutions.kalaiSmorodinsky.places),
    welfare: nearness(solutions.welfare.places),
  };
}

/** What bounds party p's concessions: its best, and what it gets of the outcome that is best for whoever of the others leaves it least. */
export function yieldOf({ front, best }: Survey, p: number): Yield {
  let full = best[p]!;
  for (const [q, most] of best.entries()) {
    if (q === p) continue;
    const theirs = front.points.filter((point) => point[q]! >= most - 1e-9);
    full = Math.min(
      full,
      theirs.reduce((own, point) => Math.max(own, point[p]!), Number.NEGATIVE_INFINITY),
    );
  }
  return { best: best[p]!, full };
}

function farthestFrom({ scenario, front }: Survey, places: readonly number[]): number {
  const { domain, profiles } = scenario;
  const preferences = profiles.map((profile) => profile.preferences);
  const count = countOutcomes(domain);
  if (count * places.length <= mostLookedAt * 20 && count <= mostLookedAt) {
    const worth = preferences.map(utilityOf);
    let farthest = 0;
    for (let number = 0; number < count; number++) {
      const outcome = outcomeAt(domain, number);
      const point = worth.map((utility) => utility(outcome));
      farthest = Math.max(farthest, distanceTo(front, point, places));
    }
    return farthest;
  }
  const ranges = preferences.map((one, p) => rangeOf(one, front, p));
  const reach = (point: readonly number[]) =>
    Math.hypot(...point.map((one, p) => Math.max(one - ranges[p]![0], ranges[p]![1] - one)));
  return places.reduce((least, at) => Math.min(least, reach(front.points[at]!)), Number.POSITIVE_INFINITY);
}

// Of preferences that are not additive only the best is known here; utilities begin at 0.
function rangeOf(preferences: Preferences, front: Front, p: number): readonly [number, number] {
  const most = front.points.reduce((best, point) => Math.max(best, point[p]!), Number.NEGATIVE_INFINITY);
  if (preferences.kind !== "additive") return [Math.min(0, most), most];
  return [partsOf(preferences).reduce((sum, row) => sum + Math.min(...row), 0), most];
}
