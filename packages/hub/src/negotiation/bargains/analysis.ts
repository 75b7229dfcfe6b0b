/**
 * A session as the library's analysis sees it: what the offers were worth to whom, who conceded when, how near what was agreed is to the
 * Pareto front and the Nash point, and the drawings. Where the preferences of a party are not to be seen, they are estimated from what it
 * offered in public, and said to be. Pure.
 */
import {
  type AdditivePreferences,
  type Assessment,
  assess,
  type Bargain,
  type Concession,
  concessionOf,
  countOutcomes,
  FrequencyModel,
  roundsPlot,
  type Scenario,
  type Step,
  type Survey,
  spacePlot,
  surveyOf,
  worthOf,
  yieldOf,
} from "@entente/negotiation";
import type { SeatSecrets } from "./seat.ts";
import { type BargainSession, roundOf } from "./session.ts";
import { domainOf } from "./terms.ts";

/** How the preferences of a party are known: by itself, from its offers, or not at all before its first offer. */
export type Knowledge = "known" | "estimated" | "unknown";

/** An offer of a session and what it is worth to each party, in their order. */
export interface WeighedOffer extends Step {
  readonly seq: number;
}

/** What is said of a session. */
export interface Analysis {
  readonly knowledge: readonly Knowledge[];
  readonly offers: readonly WeighedOffer[];
  /** The rest is there once something is known or estimated of everybody, and there are not too many outcomes for so many parties. */
  readonly picture:
    | {
        readonly survey: Survey;
        readonly concessions: readonly (Concession | undefined)[];
        readonly agreed: { readonly utilities: readonly number[]; readonly assessment: Assessment } | undefined;
        readonly space: string;
        readonly rounds: string;
      }
    | undefined;
}

// Between two the front is found by merging, whatever there is to agree on; among more it may explode.
const mostAmongMany = 20_000;

/** Analyses a session by the preferences of the parties whose names `shows` takes. */
export function analysisOf(
  { terms, state, entries }: BargainSession,
  seats: Readonly<Record<string, SeatSecrets>>,
  shows: (party: string) => boolean,
): Analysis {
  const domain = domainOf(terms);
  const names = terms.parties.map(({ name }) => name);
  const made = entries.flatMap(({ event, seq }, place) =>
    event.type === "offer"
      ? [{ seq, by: names.indexOf(event.from), round: Math.floor(place / names.length), outcome: event.outcome }]
      : [],
  );
  const last = made.at(-1)?.round ?? 0;
  const preferences = names.map((name, p): AdditivePreferences | undefined => {
    const own = shows(name) ? seats[name]?.preferences : undefined;
    if (own) return own;
    const model = new FrequencyModel(domain);
    const offers = made.filter(({ by }) => by === p);
    for (const { outcome, round } of offers) model.heard(outcome, round / Math.max(terms.rounds ?? 0, last + 1));
    return offers.length === 0 ? undefined : model.preferences();
  });
  const knowledge = names.map((name, p): Knowledge => {
    if (shows(name) && seats[name]?.preferences) return "known";
    return preferences[p] ? "estimated" : "unknown";
  });
  const all = preferences.filter((one) => one !== undefined);
  const weighed = all.length === names.length && (names.length === 2 || countOutcomes(domain) <= mostAmongMany);
  if (!weighed) return { knowledge, offers: made.map((offer) => ({ ...offer, utilities: [] })), picture: undefined };

  const label = (name: string, p: number): string => (knowledge[p] === "estimated" ? `${name} (estimated)` : name);
  const scenario: Scenario = {
    name: terms.subject,
    domain,
    profiles: names.map((name, p) => ({ name: label(name, p), preferences: all[p] ?? nothing })),
  };
  const survey = surveyOf(scenario);
  const offers = made.map((offer) => ({ ...offer, utilities: worthOf(survey, offer.outcome) }));
  const utilities = state.result?.agreed && worthOf(survey, state.result.agreed);
  const bargain: Bargain = {
    result: state.result ?? { outcome: "no-deal", round: roundOf({ state }) },
    utilities: utilities ?? survey.reservation,
    path: offers,
  };
  return {
    knowledge,
    offers,
    picture: {
      survey,
      concessions: names.map((_, p) => concessionOf(offers, p, yieldOf(survey, p))),
      agreed: utilities && { utilities, assessment: assess(survey, utilities) },
      space: spacePlot(survey, bargain),
      rounds: roundsPlot(survey, bargain),
    },
  };
}

const nothing: AdditivePreferences = { kind: "additive", weights: [], evaluations: [] };
