/**
 * A party's seat in a session: what only the hub may know of it, and, where a strategy acts for it, that strategy's negotiator. The
 * strategy sees only the values that the party's mandates allow, so it never thinks of another. Strategies draw from a seed of the
 * session, so after a restart the events of a session bring a negotiator to where it was. Pure.
 */
import {
  type Action,
  type AdditivePreferences,
  type AlternatingOffersState,
  alternatingOffers,
  deadlineMicro,
  type Negotiator,
  type Outcome,
  type Strategy,
  shippedStrategies,
  type Utility,
  utilityOf,
} from "@entente/negotiation";
import { sha256 } from "../../base/json.ts";
import { allowedValues, leastUtility, type Mandate } from "./mandate.ts";
import type { ModelSeat } from "./models/model-seat.ts";
import { type BargainSession, type Entry, openBargain, type TurnEffect, turnOf } from "./session.ts";
import type { BargainTerms } from "./terms.ts";

/** The names of the strategies that the hub can bargain by. */
export const strategyNames = shippedStrategies.map(({ name }) => name);

/** What is kept of a party and shown to nobody else. */
export interface SeatSecrets {
  readonly preferences?: AdditivePreferences;
  readonly strategy?: string;
  /** The language model that bargains, where one does. */
  readonly model?: ModelSeat;
  /** The mandate of this session. */
  readonly mandate?: Mandate;
}

/** The utility of a party, where the hub knows what it wants. */
export function utilityFor({ preferences }: SeatSecrets): Utility | undefined {
  return preferences && utilityOf(preferences);
}

/** A strategy at work for a party. */
export class StrategySeat {
  readonly #negotiator: Negotiator | undefined;
  /** For each issue, the places of the values that are allowed. */
  readonly #places: readonly (readonly number[])[];
  readonly #terms: BargainTerms;
  readonly #me: number;
  /** How much of the session it has seen, and the state then. */
  #seen = 0;
  #state: AlternatingOffersState;
  /** What it did last, and after how many events. */
  #last: { readonly after: number; readonly action: Action } | undefined;

  /** Takes the seat; it has seen nothing of the session yet. */
  constructor(terms: BargainTerms, party: string, secrets: SeatSecrets, mandates: readonly Mandate[]) {
    const { preferences, strategy: named } = secrets;
    const strategy = shippedStrategies.find(({ name }) => name === named) ?? deadlineMicro;
    this.#terms = terms;
    this.#me = terms.parties.findIndex(({ name }) => name === party);
    this.#state = openBargain(terms).state;
    this.#places = terms.issues.map((issue) => allowedValues(mandates, issue).map((value) => issue.values.indexOf(value)));
    if (preferences && this.#places.every((places) => places.length > 0))
      this.#negotiator = this.#started(strategy, terms, preferences, leastUtility(mandates));
  }

  /** What it does in its turn; asked twice at one point of a session, it does the same. */
  act({ entries }: BargainSession, turn: TurnEffect): Action {
    this.#catchUp(entries);
    if (this.#last?.after !== entries.length) this.#last = { after: entries.length, action: this.#acted(turn) };
    return this.#last.action;
  }

  // Hears what others offered, and goes through its own turns again where it did not take them itself.
  #catchUp(entries: readonly Entry[]): void {
    for (const { event, at } of entries.slice(this.#seen)) {
      const turn = turnOf({ terms: this.#terms, state: this.#state });
      if (turn && event.type !== "timer") {
        const by = this.#terms.parties.findIndex(({ name }) => name === event.from);
        const inside = event.type === "offer" ? this.#inside(event.outcome) : undefined;
        if (by !== this.#me && inside) this.#negotiator?.heard(by, inside, turn.t);
        if (by === this.#me && this.#last?.after !== this.#seen) this.#acted(turn);
      }
      [this.#state] = alternatingOffers.step(this.#state, event, at);
      this.#seen += 1;
    }
  }

  #acted({ t, mayOffer, actionsLeft, standing }: TurnEffect): Action {
    if (!this.#negotiator) return { act: "end" };
    const inside = standing && this.#inside(standing.outcome);
    const action = this.#negotiator.act({ t, mayOffer, actionsLeft, standing: inside });
    if (action.act !== "offer") return action;
    return { act: "offer", outcome: action.outcome.map((place, k) => this.#places[k]?.[place] ?? 0) };
  }

  // An outcome in the places of the values that are allowed; undefined for one that is not.
  #inside(outcome: Outcome): Outcome | undefined {
    const places = outcome.map((value, k) => this.#places[k]?.indexOf(value) ?? -1);
    return places.includes(-1) ? undefined : places;
  }

  #started(strategy: Strategy, terms: BargainTerms, preferences: AdditivePreferences, least: number | undefined): Negotiator {
    const { reservation = 0 } = preferences;
    return strategy.start({
      domain: {
        issues: terms.issues.map(({ name, values }, k) => ({
          name,
          values: (this.#places[k] ?? []).map((place) => values[place] ?? ""),
        })),
      },
      preferences: {
        ...preferences,
        reservation: Math.max(reservation, least ?? reservation),
        evaluations: preferences.evaluations.map((row, k) => (this.#places[k] ?? []).map((place) => row[place] ?? 0)),
      },
      parties: terms.parties.length,
      me: this.#me,
      seed: Number.parseInt(sha256(`${terms.subject}\n${terms.startAt}\n${this.#me}`).slice(0, 8), 16),
    });
  }
}
