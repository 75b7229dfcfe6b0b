import { drawing } from "../draw.ts";
import { countOutcomes, outcomeAt } from "../scenario/domain.ts";
import { utilityOf } from "../scenario/preferences.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** Outcomes of a scenario as utility vectors, to look at: all of them or, where there are more than `most`, that many drawn with the seed. */
export function outcomePoints(scenario: Scenario, most = 3000, seed = 1): readonly (readonly number[])[] {
  const { domain, profiles } = scenario;
  const worth = profiles.map(({ preferences }) => utilityOf(preferences));
  const count = countOutcomes(domain);
  const draw = drawing(seed);
  // Value by value, since a space of 10^50 has no number for each outcome.
  const drawn = () => domain.issues.map(({ values }) => Math.floor(draw() * values.length));
  return Array.from({ length: Math.min(count, most) }, (_, number) => {
    const outcome = count <= most ? outcomeAt(domain, number) : drawn();
    return worth.map((utility) => utility(outcome));
  });
}
