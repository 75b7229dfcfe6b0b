/**
 * Profiles of GeniusWeb (JSON, LinearAdditiveUtilitySpace). Values of a range are its lowest, and each step above it up to its highest. A
 * number's utility lies on the line between the lowest and the highest value's, and is 0 outside; a value without a utility is worth 0. The
 * reservation is the utility of the reservation bid, 0 without one. Weights are taken as they are: GeniusWeb wants them to add up to 1.
 */
import { NegotiationError } from "../errors.ts";
import type { Issue } from "./domain.ts";
import { checkedProfile, type ImportedProfile, mostValues } from "./imported.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Whether a value from outside looks like such a profile. */
export function isGeniusWebProfile(json: unknown): boolean {
  return typeof json === "object" && json !== null && "LinearAdditiveUtilitySpace" in json;
}

/** Reads a profile; `name` stands in where it has none. Throws `SCENARIO_INVALID`. */
export function readGeniusWebProfile(json: unknown, name: string): ImportedProfile {
  const space = fields(fields(json, "(file)").LinearAdditiveUtilitySpace, "LinearAdditiveUtilitySpace");
  const domain = fields(space.domain, "domain");
  const [weights, utilities] = [fields(space.issueWeights, "issueWeights"), fields(space.issueUtilities, "issueUtilities")];
  const issues = Object.entries(fields(domain.issuesValues, "domain.issuesValues")).map(([issue, values]) => ({
    name: issue,
    values: valuesFrom(fields(values, `domain.issuesValues.${issue}`), `domain.issuesValues.${issue}`),
  }));
  const evaluations = issues.map((issue) => rowFrom(issue, fields(utilities[issue.name], `issueUtilities.${issue.name}`)));
  const weighed = issues.map((issue) => numberFrom(weights[issue.name], `issueWeights.${issue.name}`));
  const reservation = reservationFrom(space.reservationBid, issues, weighed, evaluations);
  return checkedProfile({
    name: typeof space.name === "string" && space.name !== "" ? space.name : name,
    domainName: typeof domain.name === "string" && domain.name !== "" ? domain.name : name,
    issues,
    preferences: { kind: "additive", weights: weighed, evaluations, reservation },
  });
}

function valuesFrom(given: Fields, at: string): readonly string[] {
  const { values, range } = given;
  if (Array.isArray(values)) return values.map(String);
  if (!Array.isArray(range) || range.length !== 3) throw invalid(at, "values, or a range of lowest, highest and step", given);
  const [low = 0, high = 0, step = 0] = range.map((one, i) => numberFrom(one, `${at}.range[${i}]`));
  const count = Math.floor((high - low) / step + 1e-9) + 1;
  if (!(step > 0 && count >= 1 && count <= mostValues)) throw invalid(`${at}.range`, `1 to ${mostValues} values`, range);
  return Array.from({ length: count }, (_, i) => String(Number((low + i * step).toPrecision(12))));
}

function rowFrom({ name, values }: Issue, given: Fields): readonly number[] {
  const at = `issueUtilities.${name}`;
  // The names before and since version 2.
  const discrete = given.DiscreteValueSetUtilities ?? given.discreteutils;
  if (discrete !== undefined) {
    const worth = fields(fields(discrete, at).valueUtilities, `${at}.valueUtilities`);
    const stranger = Object.keys(worth).find((value) => !values.includes(value));
    if (stranger !== undefined) throw invalid(`${at}.valueUtilities`, `no value but ${values.join(", ")}`, stranger);
    return values.map((value) => (Object.hasOwn(worth, value) ? numberFrom(worth[value], `${at}.${value}`) : 0));
  }
  const line = given.NumberValueSetUtilities ?? given.numberutils;
  if (line === undefined) throw invalid(at, "DiscreteValueSetUtilities or NumberValueSetUtilities", Object.keys(given).join());
  const of = (key: string) => numberFrom(fields(line, at)[key], `${at}.${key}`);
  const [low, high, first, last] = [of("lowValue"), of("highValue"), of("lowUtility"), of("highUtility")];
  if (!(high > low)) throw invalid(`${at}.highValue`, `above ${low}`, high);
  return values.map((value) => {
    const number = numberFrom(value, `domain.issuesValues.${name}`);
    return number < low || number > high ? 0 : first + ((last - first) * (number - low)) / (high - low);
  });
}

function reservationFrom(
  bid: unknown,
  issues: readonly Issue[],
  weights: readonly number[],
  rows: readonly (readonly number[])[],
): number {
  if (bid === undefined || bid === null) return 0;
  const values = fields(fields(bid, "reservationBid").issuevalues, "reservationBid.issuevalues");
  return issues.reduce((sum, { name, values: known }, k) => {
    const given = values[name];
    if (given === undefined) throw invalid("reservationBid.issuevalues", `a value for ${name}`, Object.keys(values).join());
    const at = known.findIndex((one) => one === String(given) || (one !== "" && Number(one) === Number(given)));
    if (at < 0) throw invalid(`reservationBid.issuevalues.${name}`, `one of ${known.join(", ")}`, given);
    return sum + weights[k]! * rows[k]![at]!;
  }, 0);
}

function fields(value: unknown, field: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(field, "an object", value);
  return value as Fields; // why: an object that is no list has string keys and values of any kind
}

// GeniusWeb writes numbers as numbers or, to keep all digits, as text.
function numberFrom(value: unknown, field: string): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) throw invalid(field, "a number", value);
  return number;
}

function invalid(field: string, wanted: string, got: unknown): NegotiationError {
  return new NegotiationError("SCENARIO_INVALID", { field, wanted, got });
}
