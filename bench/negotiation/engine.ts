import { alternatingOffers, bargain, boulware, micro, type Scenario } from "@entente/negotiation";
import { type Row, row } from "../contract.ts";
import { drawing } from "./drawing.ts";

const sizes = [4, 4, 4, 16];

/** Offers a second through the protocol, alone and with strategies, and what an open session holds in memory. */
export function engineRows(quick: boolean): readonly Row[] {
  const forMs = quick ? 200 : 1000;
  const scenario = thousandOutcomes();
  const played = (strategy: typeof boulware) =>
    bestRate(forMs, (turn) => {
      const { result } = bargain(scenario, [strategy, strategy], { rounds: 1000, seed: turn, path: false });
      return (result.round + 1) * 2;
    });
  return [
    row("engine, 1,024 outcomes", bestRate(forMs, engineTurn), "offers/s", ">=", 1_000_000),
    row("Boulware against itself, 1,024 outcomes", played(boulware), "offers/s"),
    row("MiCRO against itself, 1,024 outcomes", played(micro), "offers/s"),
    row("10,000 open sessions", megabytesOfSessions(), "MB", "<=", 200),
  ];
}

function bestRate(forMs: number, turn: (number: number) => number): number {
  let best = 0;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    let offers = 0;
    for (let number = 0; performance.now() - start < forMs; number++) offers += turn(number);
    best = Math.max(best, (offers / (performance.now() - start)) * 1000);
  }
  return best;
}

function engineTurn(): number {
  const parties = ["a", "b"] as const;
  let [state] = alternatingOffers.start({ participants: parties, issues: sizes, rounds: 1000 });
  for (let action = 0; action < 2000; action++)
    [state] = alternatingOffers.step(
      state,
      { type: "offer", from: parties[action & 1]!, outcome: [action & 3, (action >> 2) & 3, (action >> 4) & 3, action & 15] },
      action,
    );
  return 2000;
}

// Sessions in the middle: protocol state and both negotiators, as a host holds them.
function megabytesOfSessions(): number {
  const scenario = thousandOutcomes();
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  const open = Array.from({ length: 10_000 }, (_, seed) => halfPlayed(scenario, seed));
  globalThis.gc?.();
  const after = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  return open.length === 10_000 ? (after - before) / 1024 / 1024 : Number.NaN;
}

function halfPlayed(scenario: Scenario, seed: number) {
  const { domain, profiles } = scenario;
  const parties = profiles.map(({ preferences }, me) =>
    micro.start({ domain, preferences, parties: 2, me, seed: seed * 2 + me }),
  );
  const names = ["a", "b"];
  let [state, effects] = alternatingOffers.start({ participants: names, issues: sizes, rounds: 100 });
  for (let action = 0; action < 40; action++) {
    const [effect] = effects;
    if (effect?.type !== "turn") break;
    const { t, mayOffer, actionsLeft, standing } = effect;
    const chosen = parties[action % 2]!.act({ t, mayOffer, actionsLeft, standing: standing?.outcome });
    if (chosen.act !== "offer") break;
    parties[(action + 1) % 2]!.heard(action % 2, chosen.outcome, t);
    [state, effects] = alternatingOffers.step(state, { type: "offer", from: effect.to, outcome: chosen.outcome }, action);
  }
  return { state, parties };
}

function thousandOutcomes(): Scenario {
  const draw = drawing(7);
  const issues = sizes.map((size, k) => ({ name: `issue ${k}`, values: Array.from({ length: size }, (_, value) => `${value}`) }));
  const profile = (name: string) => ({
    name,
    preferences: {
      kind: "additive" as const,
      weights: sizes.map(() => 0.25),
      evaluations: sizes.map((size) => Array.from({ length: size }, draw)),
    },
  });
  return { name: "1,024 outcomes", domain: { issues }, profiles: [profile("a"), profile("b")] };
}
