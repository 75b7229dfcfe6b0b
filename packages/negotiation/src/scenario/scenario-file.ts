import { NegotiationError } from "../errors.ts";
import { readScenarios, type ScenarioFile } from "./scenario.ts";

const longestList = 100_000;

/**
 * Reads the JSON form from outside: one scenario file's object, or a list of them. All of it is checked, variants too.
 * Throws `SCENARIO_INVALID`, with the place.
 */
export function parseScenarioFiles(json: unknown): readonly ScenarioFile[] {
  const all: readonly unknown[] = Array.isArray(json) ? json : [json];
  if (all.length === 0) throw invalid("(file)", "at least one scenario", "an empty list");
  return all.map((one, i) => {
    const file = fileFrom(one, Array.isArray(json) ? `[${i}].` : "");
    readScenarios(file);
    return file;
  });
}

function fileFrom(value: unknown, at: string): ScenarioFile {
  const file = record(value, at === "" ? "(file)" : at.slice(0, -1), "an object with id, issues, profiles and perhaps variants");
  const { id, issues, profiles, variants } = file;
  if (typeof id !== "string" || id === "") throw invalid(`${at}id`, "a name", id);
  const read = {
    id,
    issues: list(issues, `${at}issues`).map((one, k) => {
      const { name, values } = record(one, `${at}issues[${k}]`, "an object with name and values");
      return {
        name: text(name, `${at}issues[${k}].name`),
        values: list(values, `${at}issues[${k}].values`).map((word, v) => text(word, `${at}issues[${k}].values[${v}]`)),
      };
    }),
    profiles: list(profiles, `${at}profiles`).map((one, p) => {
      const field = `${at}profiles[${p}]`;
      const { name, weights, evaluations } = record(one, field, "an object with name, weights and evaluations");
      return {
        name: text(name, `${field}.name`),
        weights: numbers(weights, `${field}.weights`),
        evaluations: list(evaluations, `${field}.evaluations`).map((row, k) => numbers(row, `${field}.evaluations[${k}]`)),
      };
    }),
  };
  if (variants === undefined) return read;
  const seats = read.profiles.length;
  const given = list(variants, `${at}variants`).map((one, i) => {
    const field = `${at}variants[${i}]`;
    const { variant, reservation, discount } = record(one, field, "an object with variant, reservation and perhaps discount");
    const each = (row: unknown, name: string) => {
      const found = numbers(row, `${field}.${name}`);
      if (found.length !== seats) throw invalid(`${field}.${name}`, `${seats} numbers, one for each profile`, found.length);
      return found;
    };
    return {
      variant: text(variant, `${field}.variant`),
      reservation: each(reservation, "reservation"),
      ...(discount === undefined ? {} : { discount: each(discount, "discount") }),
    };
  });
  const names = given.map(({ variant }) => variant);
  if (given.length === 0) throw invalid(`${at}variants`, "at least one, or none of the key", given.length);
  if (new Set(names).size !== names.length) throw invalid(`${at}variants`, "names that differ", names);
  return { ...read, variants: given };
}

function record(value: unknown, field: string, wanted: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(field, wanted, value);
  return value as Readonly<Record<string, unknown>>; // why: an object that is no list has string keys and values of any kind
}

function list(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(field, "a list", value);
  if (value.length > longestList) throw invalid(field, `at most ${longestList} entries`, value.length);
  return value;
}

function numbers(value: unknown, field: string): readonly number[] {
  return list(value, field).map((one, i) => {
    if (typeof one !== "number" || !Number.isFinite(one)) throw invalid(`${field}[${i}]`, "a finite number", one);
    return one;
  });
}

function text(value: unknown, field: string): string {
  if (typeof value !== "string") throw invalid(field, "text", value);
  return value;
}

function invalid(field: string, wanted: string, got: unknown): NegotiationError {
  return new NegotiationError("SCENARIO_INVALID", { field, wanted, got });
}
