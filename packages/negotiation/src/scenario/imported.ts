import { NegotiationError } from "../errors.ts";
import { checkDomain, type Issue } from "./domain.ts";
import { checkPreferences, type Preferences } from "./preferences.ts";
import { checkScenario, type Scenario } from "./scenario.ts";

/** A party's profile from a file of another system, with the domain as that file has it. */
export interface ImportedProfile {
  readonly name: string;
  readonly domainName: string;
  readonly issues: readonly Issue[];
  readonly preferences: Preferences;
}

/** No issue of a file may have more values. */
export const mostValues = 100_000;

/** Checks what was read. Throws `SCENARIO_INVALID`. */
export function checkedProfile(profile: ImportedProfile): ImportedProfile {
  checkDomain({ issues: profile.issues });
  checkPreferences({ issues: profile.issues }, profile.preferences, profile.name);
  return profile;
}

/**
 * One scenario of the profiles of several files, in their order. Files may list issues and values in different orders: the first one's is
 * taken, and the others are put in it. Throws `SCENARIO_INVALID` where they are not about the same domain.
 */
export function scenarioFromProfiles(profiles: readonly ImportedProfile[]): Scenario {
  const [first] = profiles;
  if (first === undefined) throw new NegotiationError("SCENARIO_INVALID", { field: "profiles", wanted: "at least two", got: 0 });
  return checkScenario({
    name: first.domainName,
    domain: { issues: first.issues },
    profiles: profiles.map((profile) => ({ name: profile.name, preferences: reordered(profile, first.issues) })),
  });
}

function reordered({ name, issues, preferences }: ImportedProfile, wanted: readonly Issue[]): Preferences {
  const differs = (field: string, theirs: readonly string[], ours: readonly string[]) =>
    new NegotiationError("SCENARIO_INVALID", {
      field: `${name}.${field}`,
      wanted: `those of the first profile, ${JSON.stringify(theirs)}`,
      got: ours,
    });
  if (issues.length !== wanted.length || !wanted.every((issue) => issues.some((one) => one.name === issue.name)))
    throw differs(
      "issues",
      wanted.map((one) => one.name),
      issues.map((one) => one.name),
    );
  const places = wanted.map((issue) => issues.findIndex((one) => one.name === issue.name));
  const orders = wanted.map(({ values }, k) => {
    const own = new Map(issues[places[k]!]!.values.map((value, at) => [value, at]));
    if (own.size !== values.length || !values.every((value) => own.has(value)))
      throw differs(`issues[${k}].values`, values, [...own.keys()]);
    return values.map((value) => own.get(value)!);
  });
  if (preferences.kind === "additive")
    return {
      ...preferences,
      weights: places.map((k) => preferences.weights[k]!),
      evaluations: places.map((k, at) => orders[at]!.map((value) => preferences.evaluations[k]![value]!)),
    };
  if (preferences.kind === "constraints") {
    // A box over values in another order is none.
    const mixed = orders.findIndex((order) => order.some((value, i) => value !== i));
    if (mixed >= 0) throw differs(`issues[${mixed}].values`, wanted[mixed]!.values, issues[places[mixed]!]!.values);
    const constraints = preferences.constraints.map(({ low, high, worth }) => ({
      low: places.map((k) => low[k]!),
      high: places.map((k) => high[k]!),
      worth,
    }));
    return { ...preferences, constraints };
  }
  return preferences;
}
