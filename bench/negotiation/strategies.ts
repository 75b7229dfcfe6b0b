import {
  boulware,
  countOutcomes,
  deadlineMicro,
  micro,
  outcomeAt,
  paretoFront,
  type Scenario,
  shippedStrategies,
  tournament,
  utilityOf,
} from "@entente/negotiation";
import { type Row, row } from "../contract.ts";
import type { Case } from "./pairs.ts";

/** The default in self-play and against every shipped strategy, in both seats. */
export function strategyRows(cases: readonly Case[], quick: boolean): readonly Row[] {
  const bilateral = cases.filter(({ scenario }) => scenario.profiles.length === 2).map(({ scenario }) => scenario);
  const scenarios = quick ? bilateral.filter((one, i) => i % 8 === 0 && countOutcomes(one.domain) < 10_000) : bilateral;
  return [20, 100, 1000].flatMap((rounds) => {
    const { rows, seats } = tournament(scenarios, shippedStrategies, { rounds });
    const of = (name: string) => rows.find(({ strategy }) => strategy === name)!;
    const ours = of(deadlineMicro.name);
    const against = shippedStrategies.map(({ name }) => {
      const met = seats.filter((seat) => seat.strategy === deadlineMicro.name && seat.opponent === name);
      return { name, agreement: met.filter((seat) => seat.agreed).length / met.length };
    });
    const withMicro = against.find(({ name }) => name === micro.name)?.agreement ?? Number.NaN;
    const worst = against.reduce((a, b) => (a.agreement <= b.agreement ? a : b));
    console.log(`${rounds} rounds, ${scenarios.length} scenarios: utility, agreement, distance to Pareto, to Nash`);
    for (const one of rows)
      console.log(
        `  ${one.strategy.padEnd(15)} ${one.utility.mean.toFixed(3)} (${one.utility.low.toFixed(3)} to ${one.utility.high.toFixed(3)})  ` +
          `${(one.agreement * 100).toFixed(1)} %  ${one.paretoDistance.mean.toFixed(3)}  ${one.nashDistance.mean.toFixed(3)}`,
      );
    return [
      row(`${rounds} rounds: agreement`, ours.agreement * 100, "%", ">=", 95),
      row(`${rounds} rounds: agreement, worst opponent (${worst.name})`, worst.agreement * 100, "%", ">=", 95),
      row(
        `${rounds} rounds: agreement with MiCRO / the most that any strategy can`,
        withMicro / attainableWithMicro(scenarios, rounds),
        "x",
      ),
      row(`${rounds} rounds: mean utility / Boulware`, ours.utility.mean / of(boulware.name).utility.mean, "x", ">=", 1),
      row(`${rounds} rounds: mean utility / MiCRO`, ours.utility.mean / of(micro.name).utility.mean, "x", ">=", 1),
      row(`${rounds} rounds: distance to Pareto`, ours.paretoDistance.mean, "", "<=", 0.02),
      row(`${rounds} rounds: distance to Nash`, ours.nashDistance.mean, "", "<=", 0.15),
    ];
  });
}

// MiCRO accepts nothing that it likes less than its next offer, and makes one new offer a round, each a little worse for it: where nothing as
// good as the last of those is rational for the other side, nobody can have a deal with it. The share of seats in which one can, of those
// with a rational deal.
function attainableWithMicro(scenarios: readonly Scenario[], rounds: number): number {
  let [rational, attainable] = [0, 0];
  for (const { domain, profiles } of scenarios) {
    const { points } = paretoFront({ name: "", domain, profiles });
    const least = profiles.map(({ preferences }) => preferences.reservation ?? 0);
    for (const [me, other] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const best = (wanted: number) =>
        points.reduce(
          (most, point) => (point[other]! >= wanted - 1e-9 ? Math.max(most, point[me]!) : most),
          Number.NEGATIVE_INFINITY,
        );
      if (best(least[other]!) < least[me]! - 1e-9) continue;
      rational += 1;
      if (best(lastOfMicro(domain, profiles[other]!.preferences, rounds)) >= least[me]! - 1e-9) attainable += 1;
    }
  }
  return attainable / rational;
}

// What MiCRO's last offer is worth to it when it hears something new in every round.
function lastOfMicro(
  domain: Scenario["domain"],
  preferences: Scenario["profiles"][number]["preferences"],
  rounds: number,
): number {
  const bidder = micro.start({ domain, preferences, parties: 2, me: 0, seed: 1 });
  const worth = utilityOf(preferences);
  let last = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= rounds && round < countOutcomes(domain); round++) {
    const action = bidder.act({ t: round / (rounds + 1), actionsLeft: rounds + 1 - round, standing: undefined, mayOffer: true });
    if (action.act === "offer") last = Math.min(last, worth(action.outcome));
    bidder.heard(1, outcomeAt(domain, round), 0);
  }
  return last;
}
