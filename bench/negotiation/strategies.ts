import { boulware, countOutcomes, deadlineMicro, micro, shippedStrategies, tournament } from "@entente/negotiation";
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
      row(`${rounds} rounds: mean utility / Boulware`, ours.utility.mean / of(boulware.name).utility.mean, "x", ">=", 1),
      row(`${rounds} rounds: mean utility / MiCRO`, ours.utility.mean / of(micro.name).utility.mean, "x", ">=", 1),
      row(`${rounds} rounds: distance to Pareto`, ours.paretoDistance.mean, "", "<=", 0.02),
      row(`${rounds} rounds: distance to Nash`, ours.nashDistance.mean, "", "<=", 0.15),
    ];
  });
}
