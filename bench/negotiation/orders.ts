// Sessions between shipped strategies into which a seeded mischief throws what it likes: events of strangers, out of turn, twice, late, impossible
// offers, timers at any moment, time that jumps. Whatever comes: a session ends, nobody offers or accepts below the reservation, and the
// stored events replay to the same end.
import {
  type AlternatingOffersEvent,
  alternatingOffers,
  type Negotiator,
  type Scenario,
  shippedStrategies,
  utilityOf,
} from "@entente/negotiation";
import { type Row, row } from "../contract.ts";
import { drawing } from "./drawing.ts";

/** Plays as many sessions; `failed` are those in which something did not hold. */
export function orderRows(sessions: number): readonly Row[] {
  let [failed, events, agreed] = [0, 0, 0];
  for (let seed = 1; seed <= sessions; seed++) {
    const played = playedWithMischief(seed);
    events += played.events;
    if (played.agreed) agreed += 1;
    if (played.problem === undefined) continue;
    failed += 1;
    console.log(`seed ${seed}: ${played.problem}`);
  }
  return [
    row("sessions under random event orders", sessions, "", ">=", 100_000),
    row("… in which something did not hold", failed, "", "<=", 0),
    row("… that ended with a deal", (agreed / sessions) * 100, "%"),
    row("… events", events, ""),
  ];
}

interface Played {
  readonly problem?: string;
  readonly events: number;
  readonly agreed: boolean;
}

function playedWithMischief(seed: number): Played {
  const draw = drawing(Math.imul(seed, 2654435761));
  const upTo = (most: number) => Math.floor(draw() * most);
  const scenario = anyScenario(draw, upTo);
  const { domain, profiles } = scenario;
  const names = profiles.map(({ name }) => name);
  const worth = profiles.map(({ preferences }) => utilityOf(preferences));
  const least = profiles.map(({ preferences }) => preferences.reservation ?? 0);
  const parties: Negotiator[] = profiles.map(({ preferences }, me) =>
    shippedStrategies[upTo(shippedStrategies.length)]!.start({ domain, preferences, parties: names.length, me, seed: seed + me }),
  );
  const terms = {
    participants: names,
    issues: domain.issues.map(({ values }) => values.length),
    rounds: 1 + upTo(12),
    ...(draw() < 0.3 ? { endAt: 50 + upTo(2000) } : {}),
    moveWithinMs: 20 + upTo(100),
  };
  const stored: [AlternatingOffersEvent, number][] = [];
  let [state, effects] = alternatingOffers.start(terms);
  let now = 0;
  const bound = (terms.rounds + 2) * names.length * 20 + 200;
  while (state.result === undefined) {
    if (stored.length > bound) return { problem: `not over after ${bound} events`, events: stored.length, agreed: false };
    now += draw() < 0.02 ? upTo(150) : upTo(3);
    let event: AlternatingOffersEvent;
    const turn = effects.find((effect) => effect.type === "turn");
    if (turn === undefined || draw() < 0.3) event = mischief(names, upTo, draw);
    else {
      const me = names.indexOf(turn.to);
      const { t, mayOffer, actionsLeft, standing } = turn;
      const action = parties[me]!.act({ t, mayOffer, actionsLeft, standing: standing?.outcome });
      const got = action.act === "offer" ? action.outcome : action.act === "accept" ? standing?.outcome : undefined;
      if (got !== undefined && worth[me]!(got) < least[me]! - 1e-9)
        return { problem: `${turn.to} went below its reservation`, events: stored.length, agreed: false };
      event =
        action.act === "offer" ? { type: "offer", from: turn.to, outcome: action.outcome } : { type: action.act, from: turn.to };
    }
    stored.push([event, now]);
    const before = state;
    const [after, told] = alternatingOffers.step(state, event, now);
    if (event.type === "offer" && after.action > before.action) {
      const by = names.indexOf(event.from);
      for (const [p, party] of parties.entries()) if (p !== by) party.heard(by, event.outcome, turn?.t ?? 0);
    }
    state = after;
    // A turn stands until it is taken, whatever else is told meanwhile.
    if (told.some((effect) => effect.type === "turn" || effect.type === "closed")) effects = told;
  }
  let [again] = alternatingOffers.start(JSON.parse(JSON.stringify(terms)));
  for (const [event, at] of JSON.parse(JSON.stringify(stored)) as typeof stored)
    [again] = alternatingOffers.step(again, event, at); // why: JSON keeps the shape
  const same = JSON.stringify(again) === JSON.stringify(state);
  const agreed = state.result.outcome === "agreement";
  return same ? { events: stored.length, agreed } : { problem: "the replay ended otherwise", events: stored.length, agreed };
}

// What nobody asked for; never a move of the party whose turn it is, which the strategies make.
function mischief(names: readonly string[], upTo: (most: number) => number, draw: () => number): AlternatingOffersEvent {
  const from = draw() < 0.5 ? "stranger" : "__proto__";
  switch (upTo(5)) {
    case 0:
      return { type: "offer", from, outcome: [0] };
    case 1:
      return { type: "accept", from };
    case 2:
      return { type: "end", from };
    case 3:
      return { type: "offer", from: names[upTo(names.length)]!, outcome: [-1, 99] };
    default:
      return { type: "timer" };
  }
}

function anyScenario(draw: () => number, upTo: (most: number) => number): Scenario {
  const sizes = Array.from({ length: 1 + upTo(4) }, () => 1 + upTo(4));
  const parties = draw() < 0.7 ? 2 : 3;
  return {
    name: "any",
    domain: {
      issues: sizes.map((size, k) => ({ name: `${k}`, values: Array.from({ length: size }, (_, value) => `${value}`) })),
    },
    profiles: Array.from({ length: parties }, (_, p) => ({
      name: `party ${p}`,
      preferences: {
        kind: "additive" as const,
        weights: sizes.map(() => 1 / sizes.length),
        evaluations: sizes.map((size) => Array.from({ length: size }, draw)),
        reservation: draw() * 0.7,
      },
    })),
  };
}
