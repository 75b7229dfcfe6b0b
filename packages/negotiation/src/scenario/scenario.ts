import { NegotiationError } from "../errors.ts";
import { checkDomain, type Domain, type Issue } from "./domain.ts";
import { checkPreferences, type Preferences } from "./preferences.ts";

/** A party and what it wants. */
export interface Profile {
  readonly name: string;
  readonly preferences: Preferences;
}

/** Who negotiates about what. */
export interface Scenario {
  readonly name: string;
  readonly domain: Domain;
  readonly profiles: readonly Profile[];
}

/** The JSON form of one or more scenarios: profiles are additive, and each variant sets its own reservations and discounts. */
export interface ScenarioFile {
  readonly id: string;
  readonly issues: readonly Issue[];
  readonly profiles: readonly {
    readonly name: string;
    readonly weights: readonly number[];
    readonly evaluations: readonly (readonly number[])[];
  }[];
  readonly variants?: readonly {
    readonly variant: string;
    readonly reservation: readonly number[];
    readonly discount?: readonly number[];
  }[];
}

/** Checks a scenario. Throws `SCENARIO_INVALID`. */
export function checkScenario(scenario: Scenario): Scenario {
  checkDomain(scenario.domain);
  if (scenario.profiles.length < 2)
    throw new NegotiationError("SCENARIO_INVALID", { field: "profiles", wanted: "at least two", got: scenario.profiles.length });
  for (const [p, { preferences }] of scenario.profiles.entries())
    checkPreferences(scenario.domain, preferences, `profiles[${p}]`);
  return scenario;
}

/** The scenarios of a file, one for each variant; what comes from outside goes through `parseScenarioFiles` first. Throws `SCENARIO_INVALID`. */
export function readScenarios(file: ScenarioFile): readonly Scenario[] {
  if (typeof file !== "object" || file === null || !Array.isArray(file.issues) || !Array.isArray(file.profiles))
    throw new NegotiationError("SCENARIO_INVALID", { field: "(file)", wanted: "id, issues and profiles", got: typeof file });
  const none = { variant: file.id, reservation: [], discount: [] };
  return (file.variants ?? [none]).map(({ variant, reservation, discount = [] }) =>
    checkScenario({
      name: variant,
      domain: { issues: file.issues },
      profiles: file.profiles.map(({ name, weights, evaluations }, p) => ({
        name,
        preferences: { kind: "additive", weights, evaluations, reservation: reservation[p] ?? 0, discount: discount[p] ?? 1 },
      })),
    }),
  );
}
