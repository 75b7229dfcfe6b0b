import { NegotiationError } from "../errors.ts";

/** One thing to agree on, and the values it may take, at least one. */
export interface Issue {
  readonly name: string;
  readonly values: readonly string[];
}

/** A whole deal: for each issue, in order, the index of its value. */
export type Outcome = readonly number[];

/** What is negotiated. Its outcomes are all combinations of the issues' values. */
export interface Domain {
  readonly issues: readonly Issue[];
}

/** How many outcomes a domain has; beyond 2^53 to the nearest double. */
export function countOutcomes(domain: Domain): number {
  return domain.issues.reduce((count, issue) => count * issue.values.length, 1);
}

/** The outcome with that number, counting with the last issue fastest; `count` must be below 2^53. */
export function outcomeAt(domain: Domain, number: number): Outcome {
  const outcome: number[] = [];
  let rest = number;
  for (let k = domain.issues.length - 1; k >= 0; k--) {
    const size = domain.issues[k]!.values.length;
    outcome[k] = rest % size;
    rest = Math.floor(rest / size);
  }
  return outcome;
}

/** The number of an outcome, the inverse of `outcomeAt`. */
export function numberOf(domain: Domain, outcome: Outcome): number {
  let number = 0;
  for (let k = 0; k < domain.issues.length; k++) number = number * domain.issues[k]!.values.length + outcome[k]!;
  return number;
}

/** Whether a value from outside is an outcome of the domain. */
export function isOutcome(domain: Domain, value: unknown): value is Outcome {
  return (
    Array.isArray(value) &&
    value.length === domain.issues.length &&
    value.every((at, k) => Number.isInteger(at) && at >= 0 && at < domain.issues[k]!.values.length)
  );
}

/** The outcome in words: each issue's name and value. Throws `OUTCOME_INVALID`. */
export function describeOutcome(domain: Domain, outcome: Outcome): Readonly<Record<string, string>> {
  if (!isOutcome(domain, outcome)) throw new NegotiationError("OUTCOME_INVALID", { wanted: shapeOf(domain), got: outcome });
  return Object.fromEntries(domain.issues.map((issue, k) => [issue.name, issue.values[outcome[k]!]!]));
}

/** The outcome that words describe, the inverse of `describeOutcome`. Throws `OUTCOME_INVALID`. */
export function parseOutcome(domain: Domain, words: Readonly<Record<string, unknown>>): Outcome {
  const known = new Set(domain.issues.map((issue) => issue.name));
  const stranger = Object.keys(words).find((name) => !known.has(name));
  if (stranger !== undefined)
    throw new NegotiationError("OUTCOME_INVALID", { wanted: `no issue but ${[...known].join(", ")}`, got: stranger });
  return domain.issues.map((issue) => {
    const value = words[issue.name];
    const at = issue.values.findIndex((one) => Object.is(one, value));
    if (at < 0)
      throw new NegotiationError("OUTCOME_INVALID", {
        wanted: `for ${JSON.stringify(issue.name)} one of ${issue.values.map((one) => JSON.stringify(one)).join(", ")}`,
        got: value,
      });
    return at;
  });
}

/** Checks a domain from outside. Throws `SCENARIO_INVALID`. */
export function checkDomain(domain: Domain): void {
  const invalid = (field: string, wanted: string, got: unknown) =>
    new NegotiationError("SCENARIO_INVALID", { field, wanted, got });
  if (!Array.isArray(domain.issues) || domain.issues.length === 0) throw invalid("issues", "at least one issue", domain.issues);
  for (const [k, { name, values }] of domain.issues.entries()) {
    if (typeof name !== "string" || name === "") throw invalid(`issues[${k}].name`, "a name", name);
    if (!Array.isArray(values) || values.length === 0) throw invalid(`issues[${k}].values`, "at least one value", values);
    if (new Set(values).size !== values.length) throw invalid(`issues[${k}].values`, "values that differ", values);
  }
  const names = domain.issues.map(({ name }) => name);
  if (new Set(names).size !== names.length) throw invalid("issues", "names that differ", names);
}

function shapeOf(domain: Domain): string {
  return `an index for each of ${domain.issues.map(({ name, values }) => `${name} (0 to ${values.length - 1})`).join(", ")}`;
}
