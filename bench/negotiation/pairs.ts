import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readScenarios, type Scenario, type ScenarioFile } from "@entente/negotiation";

/** A reference answer; see the data's README. */
export interface Expected {
  readonly id: string;
  readonly variant: string;
  readonly outcomes: number;
  readonly pareto_size: number;
  readonly nash?: { readonly product: number };
  readonly kalai?: { readonly min_gain: number };
  readonly kalai_smorodinsky?: { readonly min_relative_gain: number };
  readonly max_welfare?: { readonly sum: number };
  readonly opposition: number;
}

/** A scenario and what is known about it. */
export interface Case {
  readonly id: string;
  readonly scenario: Scenario;
  readonly expected: Expected;
}

const sets = ["anac-2010-2012", "negolog", "generated"];

/** Reads pairs of files, given as comma-separated lists; without them the shared data, where it is. */
export function readPairs(scenarios: unknown, expected: unknown): readonly Case[] {
  const given = (value: unknown) => (typeof value === "string" ? value.split(",") : undefined);
  const folder = sharedFolder();
  const shared = (kind: string) => (folder === undefined ? [] : sets.map((name) => join(folder, `${kind}-${name}.json`)));
  const [scenarioFiles, expectedFiles] = [given(scenarios) ?? shared("scenarios"), given(expected) ?? shared("expected")];
  if (scenarioFiles.length !== expectedFiles.length)
    throw new Error(`wanted as many --expected as --scenarios; got ${expectedFiles.length} and ${scenarioFiles.length}`);
  return scenarioFiles.flatMap((file, i) => {
    const answers = JSON.parse(readFileSync(expectedFiles[i]!, "utf8")) as readonly Expected[]; // why: the form its README states
    const files = JSON.parse(readFileSync(file, "utf8")) as readonly ScenarioFile[]; // why: as above; readScenarios checks
    return files.flatMap((one) =>
      readScenarios(one).map((scenario): Case => {
        const answer = answers.find(({ id, variant }) => id === one.id && variant === scenario.name);
        if (answer === undefined) throw new Error(`wanted an expected answer for ${one.id}, ${scenario.name}; got none`);
        return { id: one.id, scenario, expected: answer };
      }),
    );
  });
}

/** The folder of the shared test data, found by walking up; undefined where it is absent. */
export function sharedFolder(): string | undefined {
  for (let dir = import.meta.dirname; dir !== dirname(dir); dir = dirname(dir)) {
    const folder = join(dir, "shared", "data", "negotiation");
    if (existsSync(folder)) return folder;
  }
  return undefined;
}
