/** What is said of a bargain that was played: as data, and in words. */
import {
  type Assessment,
  assess,
  type Bargain,
  type Concession,
  concessionOf,
  countOutcomes,
  describeOutcome,
  fairnessOf,
  regretOf,
  type Strategy,
  type Survey,
  surveyOf,
  worthOf,
  yieldOf,
} from "@entente/negotiation";
import { paint, say, table } from "../terminal.ts";
import type { Chosen } from "./scenario-choice.ts";
import { drawnSpace, narrowest, partyMark } from "./space-drawing.ts";

/** A bargain with all that is said of it. */
export interface Played {
  readonly chosen: Chosen;
  readonly strategies: readonly Strategy[];
  readonly rounds: number;
  readonly seed: number;
  readonly survey: Survey;
  readonly bargain: Bargain;
  readonly concessions: readonly (Concession | undefined)[];
  /** How near the agreement is to the front and the solution points; absent without one. */
  readonly assessment?: Assessment;
}

/** Gathers it. Throws `TOO_MANY_OUTCOMES`. */
export function told(
  chosen: Chosen,
  played: { readonly strategies: readonly Strategy[]; readonly rounds: number; readonly seed: number; readonly bargain: Bargain },
): Played {
  const survey = surveyOf(chosen.scenario);
  const { bargain } = played;
  const { agreed } = bargain.result;
  const concessions = chosen.scenario.profiles.map((_, p) => concessionOf(bargain.path, p, yieldOf(survey, p)));
  const assessment = agreed && assess(survey, worthOf(survey, agreed));
  return { chosen, ...played, survey, concessions, ...(assessment === undefined ? {} : { assessment }) };
}

/** All of it as JSON. */
export function asData({ chosen, strategies, rounds, seed, survey, bargain, concessions, assessment }: Played) {
  const { domain, profiles } = chosen.scenario;
  const { outcome, agreed, by, reason, round } = bargain.result;
  const nameOf = (place: string | undefined) => (place === undefined ? null : (profiles[Number(place)]?.name ?? null));
  return {
    scenario: chosen.id,
    variant: chosen.variant,
    outcomes: countOutcomes(domain),
    rounds,
    seed,
    result: {
      outcome,
      by: nameOf(by),
      reason: reason ?? null,
      round: Math.min(round + 1, rounds),
      agreement: agreed ? describeOutcome(domain, agreed) : null,
    },
    parties: profiles.map(({ name }, p) => ({
      name,
      strategy: strategies[p]!.name,
      reservation: survey.reservation[p]!,
      best: survey.best[p]!,
      utility: agreed ? worthOf(survey, agreed)[p]! : survey.reservation[p]!,
      discountedUtility: bargain.utilities[p]!,
      concession: concessions[p] ? withoutTurns(concessions[p]) : null,
    })),
    distances: assessment ?? null,
    fairness: (agreed && fairnessOf(survey, worthOf(survey, agreed))) ?? null,
    regret: (agreed && regretOf(survey, worthOf(survey, agreed))) ?? null,
    solutions: survey.solutions
      ? Object.fromEntries(
          Object.entries(survey.solutions).map(([name, { value, places }]) => [
            name,
            { value, points: places.map((at: number) => survey.front.points[at]!) },
          ]),
        )
      : null,
    path: bargain.path.map((step) => ({
      round: step.round + 1,
      by: profiles[step.by]!.name,
      offer: describeOutcome(domain, step.outcome),
      utilities: step.utilities,
    })),
  };
}

// Places in a path mean nothing beside a path whose rounds count from 1.
function withoutTurns({ turns: _, steps, halfBy, ...rest }: Concession) {
  return {
    ...rest,
    steps: steps.map(({ round, by }) => ({ round: round + 1, by })),
    halfByRound: halfBy === undefined ? null : halfBy + 1,
  };
}

/** All of it in words and, where the terminal is `columns` wide, as a drawing. */
export function sayPlayed(played: Played, columns: number): void {
  const { chosen, strategies, survey, bargain, rounds, seed } = played;
  const { domain, profiles, name } = chosen.scenario;
  say(
    `${paint("bold", name)}: ${amount(domain.issues.length, "issue")}, ${countOutcomes(domain).toLocaleString("en")} outcomes, ${survey.front.points.length} on the Pareto front; at most ${amount(rounds, "round")}, seed ${seed}`,
  );
  say("");
  saySteps(played);
  say("");
  sayEnd(played);
  say("");
  const undiscounted = bargain.result.agreed === undefined ? survey.reservation : worthOf(survey, bargain.result.agreed);
  table(
    ["", "party", "strategy", "utility", "reservation", "best", "of what it could gain"],
    profiles.map((profile, p) => [
      partyMark(p),
      profile.name,
      strategies[p]!.name,
      paint("bold", number(undiscounted[p]!)) +
        (profile.preferences.discount === undefined || profile.preferences.discount === 1
          ? ""
          : ` (${number(bargain.utilities[p]!)} discounted)`),
      number(survey.reservation[p]!),
      number(survey.best[p]!),
      percent((undiscounted[p]! - survey.reservation[p]!) / Math.max(1e-9, survey.best[p]! - survey.reservation[p]!)),
    ]),
  );
  sayDistances(played);
  say("");
  for (const [p, profile] of profiles.entries()) say(conceded(profile.name, played.concessions[p]));
  if (columns >= narrowest && profiles.length >= 2) {
    say("");
    for (const line of drawnSpace(survey, bargain, columns)) say(line);
  }
}

// The first and the last offer of each party, and those where it changed its pace.
function saySteps({ chosen, bargain, concessions }: Played): void {
  const { domain, profiles } = chosen.scenario;
  const places = [...new Set(concessions.flatMap((one) => one?.turns ?? []))].sort((x, y) => x - y);
  const rows = places.map((at) => {
    const { round, by, outcome, utilities } = bargain.path[at]!;
    return [
      String(round + 1),
      `${partyMark(by)} ${profiles[by]!.name}`,
      ...utilities.map(number),
      inWords(describeOutcome(domain, outcome)),
    ];
  });
  if (rows.length === 0) {
    say("Nobody made an offer.");
    return;
  }
  table(["round", "by", ...profiles.map(({ name }) => name), "offer"], rows);
  const left = bargain.path.length - places.length;
  if (left > 0) say(paint("dim", `and ${amount(left, "offer")} between, on the way from one of these to the next`));
}

function sayEnd({ chosen, bargain, rounds }: Played): void {
  const { agreed, round, by, reason } = bargain.result;
  const who = chosen.scenario.profiles[Number(by)]?.name;
  if (agreed !== undefined) {
    const offer = inWords(describeOutcome(chosen.scenario.domain, agreed));
    // The last offer may still be accepted when the rounds are over.
    say(`${paint("green", "Agreed")} in round ${Math.min(round + 1, rounds)} on what ${who} offered: ${offer}.`);
    return;
  }
  const whys = { deadline: "the rounds were over", ended: `${who} ended it`, fault: `${who} was at fault` };
  say(
    `${paint("yellow", "No agreement")} after ${amount(round, "round")}: ${whys[round >= rounds ? "deadline" : (reason ?? "deadline")]}. Each has its reservation.`,
  );
}

function sayDistances({ assessment, survey }: Played): void {
  if (survey.solutions === undefined) {
    say("No outcome is rational for everybody.");
    return;
  }
  if (assessment === undefined) return;
  const { pareto, nash, kalai, kalaiSmorodinsky, welfare } = assessment;
  const named = { Pareto: pareto, Nash: nash, Kalai: kalai, "Kalai–Smorodinsky": kalaiSmorodinsky, welfare };
  const parts = Object.entries(named).flatMap(([name, near]) =>
    near === undefined ? [] : [`${name} ${number(near.distance)} (${percent(near.optimality)})`],
  );
  say(`distance (and how near of what is possible): ${parts.join(", ")}`);
}

function conceded(name: string, concession: Concession | undefined): string {
  if (concession === undefined) return `${name} made no offer.`;
  const { first, least, steps, halfBy, moves, rate } = concession;
  const trades = moves.fortunate + moves.nice;
  if (halfBy === undefined) return `${name} conceded nothing: all its offers asked for at least ${number(first)}.`;
  return `${name} conceded ${number(first - least)}, from ${number(first)} to ${number(least)}, in ${amount(steps.length, "step")}, half of it by round ${halfBy + 1}; that is ${percent(rate)} of yielding fully. ${amount(trades, "offer")} gave the others more at no cost to itself.`;
}

// An offer in one line.
function inWords(offer: Readonly<Record<string, string>>): string {
  return Object.entries(offer)
    .map(([issue, value]) => `${issue} ${value}`)
    .join(", ");
}

/** `3.14159` as `3.142`. */
export function number(value: number): string {
  return value.toFixed(3);
}

/** `0.314` as `31 %`. */
export function percent(value: number): string {
  return `${Math.round(value * 100)} %`;
}

function amount(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}
