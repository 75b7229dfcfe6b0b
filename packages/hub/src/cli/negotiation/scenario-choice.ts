import { readFileSync, statSync } from "node:fs";
import { basename, extname } from "node:path";
import {
  isGeniusWebProfile,
  NegotiationError,
  parseScenarioFiles,
  readGeniusProfile,
  readGeniusWebProfile,
  readScenarios,
  type Scenario,
  type Strategy,
  scenarioFromProfiles,
  shippedStrategies,
} from "@entente/negotiation";
import { nearest } from "../../base/nearest.ts";
import { cliErrors } from "../errors.ts";

/** A scenario with the names it is found by. */
export interface Chosen {
  readonly id: string;
  readonly variant: string;
  readonly scenario: Scenario;
}

/** Which of a file's scenarios are meant. */
export interface Choice {
  readonly scenario?: string | undefined;
  readonly variant?: string | undefined;
}

const mostBytes = 50_000_000;

/**
 * Reads a scenario file, or several profiles that make one scenario, and picks the scenarios and variants that are meant; without a choice,
 * all. Throws ARGUMENT_INVALID, with the file that was wrong, and SCENARIO_INVALID for profiles that make no scenario together.
 */
export function chosenScenarios(files: readonly string[], choice: Choice): readonly Chosen[] {
  const all = files.length === 1 ? scenariosFrom(files[0]!) : [joined(files)];
  const named = picked(all, "--scenario", choice.scenario, ({ id }) => id);
  return picked(named, "--variant", choice.variant, ({ variant }) => variant).map((one) => ({
    ...one,
    scenario: { ...one.scenario, name: one.id === one.variant ? one.id : `${one.id}, ${one.variant}` },
  }));
}

/** The strategies of a list of names separated by commas; all that are shipped without one. Throws ARGUMENT_INVALID. */
export function namedStrategies(names: string | undefined): readonly Strategy[] {
  if (names === undefined) return shippedStrategies;
  return names.split(",").map((raw) => {
    const name = raw.trim();
    const found = shippedStrategies.find((one) => one.name === name);
    if (found !== undefined) return found;
    const known = shippedStrategies.map((one) => one.name);
    throw unknown("--strategies", name, known);
  });
}

/** One strategy for each party: those that were named, or the only one for all. Throws ARGUMENT_INVALID. */
export function seated(strategies: readonly Strategy[], parties: number): readonly Strategy[] {
  const [only] = strategies;
  if (strategies.length === 1 && only !== undefined) return Array.from({ length: parties }, () => only);
  if (strategies.length === parties) return strategies;
  throw cliErrors.ARGUMENT_INVALID({
    argument: "--strategies",
    wanted: `one name, or ${parties}, one for each party`,
    got: strategies.map(({ name }) => name).join(","),
  });
}

function picked(
  all: readonly Chosen[],
  argument: string,
  wanted: string | undefined,
  nameOf: (one: Chosen) => string,
): readonly Chosen[] {
  if (wanted === undefined) return all;
  const found = all.filter((one) => nameOf(one) === wanted);
  if (found.length > 0) return found;
  throw unknown(argument, wanted, [...new Set(all.map(nameOf))]);
}

function unknown(argument: string, name: string, known: readonly string[]) {
  const near = nearest(name, known);
  const shown = known.length > 12 ? `${known.slice(0, 12).join(", ")} and ${known.length - 12} more` : known.join(", ");
  return cliErrors.ARGUMENT_INVALID({
    argument,
    wanted: `one of ${shown}`,
    got: `${JSON.stringify(name)}${near === undefined ? "" : `; did you mean ${near}?`}`,
  });
}

function scenariosFrom(file: string): readonly Chosen[] {
  const text = textOf(file);
  const json = isXml(text) ? undefined : jsonFrom(file, text);
  if (json === undefined || isGeniusWebProfile(json))
    throw cliErrors.ARGUMENT_INVALID({
      argument: "<files...>",
      wanted: "the profiles of all parties of this scenario, a file for each",
      got: "one profile",
    });
  return meantBy(file, () =>
    parseScenarioFiles(json).flatMap((one) =>
      readScenarios(one).map((scenario) => ({ id: one.id, variant: scenario.name, scenario })),
    ),
  );
}

// One scenario from a profile of each party: Genius XML or GeniusWeb JSON.
function joined(files: readonly string[]): Chosen {
  const scenario = scenarioFromProfiles(
    files.map((file) => {
      const [text, party] = [textOf(file), basename(file, extname(file))];
      if (isXml(text)) return meantBy(file, () => readGeniusProfile(text, party));
      const json = jsonFrom(file, text);
      return meantBy(file, () => readGeniusWebProfile(json, party));
    }),
  );
  return { id: scenario.name, variant: scenario.name, scenario };
}

function isXml(text: string): boolean {
  return /^\ufeff?\s*</.test(text);
}

function textOf(file: string): string {
  try {
    if (statSync(file).size > mostBytes) throw new Error(`it is larger than ${mostBytes} bytes`);
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw notAScenario(cause);
  }
}

function jsonFrom(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notAScenario(new Error(`${file} is neither JSON nor XML`, { cause }));
  }
}

// What is wrong with what a file says is told with the file's name.
function meantBy<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof NegotiationError)) throw cause;
    throw notAScenario(new Error(`${file}: ${cause.message}`, { cause }));
  }
}

function notAScenario(cause: unknown) {
  const problem = cause instanceof Error ? cause.message : String(cause);
  return cliErrors.ARGUMENT_INVALID(
    { argument: "<files...>", wanted: "a scenario file, JSON, or profiles", got: problem },
    { cause },
  );
}
