/**
 * Configuration: defaults, then the file, then the environment, then flags; the last one that speaks wins.
 * An unknown key is an error that names the nearest known one, so a typo never passes as a default.
 */
import { existsSync, readFileSync } from "node:fs";
import { type ConfigName, type ConfigValues, configKeys, environmentName } from "./config-keys.ts";
import { defineErrors } from "./errors.ts";
import { nearest } from "./nearest.ts";

export const configErrors = defineErrors({
  CONFIG_UNKNOWN_KEY: {
    status: 400,
    text: (d: { key: string; source: string; nearest: string | undefined }) =>
      `${d.source} sets "${d.key}", which is not a configuration key${d.nearest ? `; did you mean "${d.nearest}"?` : ""}`,
  },
  CONFIG_INVALID_VALUE: {
    status: 400,
    text: (d: { key: string; source: string; wanted: string; got: string }) =>
      `${d.key} from ${d.source}: ${d.wanted}; got ${d.got}`,
  },
  CONFIG_FILE_UNREADABLE: {
    status: 400,
    text: (d: { path: string; problem: string }) => `wanted a JSON object in the configuration file ${d.path}; ${d.problem}`,
  },
});

/** Where a value came from: `default`, `file PATH`, `environment NAME` or `flag`. */
export type ConfigSource = string;

/** The effective configuration with the source of each value. */
export interface Config {
  readonly values: ConfigValues;
  readonly sources: Readonly<Record<ConfigName, ConfigSource>>;
}

/** What `loadConfig` reads. `flags` are `key=value` texts as given to `--set`, or already split pairs. */
export interface ConfigInput {
  readonly file?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly flags?: readonly (readonly [string, string])[];
}

const defaultFile = "entente.json";
const names = Object.keys(configKeys) as ConfigName[]; // why: Object.keys forgets the literal keys
// Read by the command line itself, not configuration.
const reservedEnvironment = new Set([
  "ENTENTE_TOKEN",
  "ENTENTE_CONFIG",
  "ENTENTE_PYTHON",
  "ENTENTE_OCEAN_PYTHON",
  "ENTENTE_TEST_POSTGRES",
]);

/** Reads file, environment and flags into one checked configuration. Throws CONFIG_* errors. */
export function loadConfig(input: ConfigInput = {}): Config {
  const values: Record<string, unknown> = {};
  const sources: Record<string, ConfigSource> = {};
  for (const name of names) [values[name], sources[name]] = [configKeys[name].value, "default"];
  const set = (name: string, raw: unknown, source: ConfigSource): void => {
    if (!isName(name)) throw configErrors.CONFIG_UNKNOWN_KEY({ key: name, source, nearest: nearest(name, names) });
    const parsed = configKeys[name].type.safeParse(raw);
    if (!parsed.success) {
      const wanted = parsed.error.issues.map(({ path, message }) => [...path, message].join(": ")).join("; ");
      throw configErrors.CONFIG_INVALID_VALUE({
        key: name,
        source,
        wanted,
        got:
          "quiet" in configKeys[name]
            ? "something else"
            : configKeys[name].value === ""
              ? "a text it cannot read"
              : JSON.stringify(raw),
      });
    }
    [values[name], sources[name]] = [parsed.data, source];
  };
  const file = input.file ?? (existsSync(defaultFile) ? defaultFile : undefined);
  if (file !== undefined) for (const [name, raw] of flatten(readConfigFile(file))) set(name, raw, `file ${file}`);
  for (const [variable, raw] of Object.entries(input.environment ?? {})) {
    if (!variable.startsWith("ENTENTE_") || raw === undefined || reservedEnvironment.has(variable)) continue;
    const name = names.find((candidate) => environmentName(candidate) === variable);
    if (!name)
      throw configErrors.CONFIG_UNKNOWN_KEY({
        key: variable,
        source: "the environment",
        nearest: nearest(variable, names.map(environmentName)),
      });
    set(name, fromText(name, raw), `environment ${variable}`);
  }
  for (const [name, raw] of input.flags ?? []) set(name, isName(name) ? fromText(name, raw) : raw, "flag");
  // why: every name was set to a value that its own schema accepted
  return { values: values as unknown as ConfigValues, sources: sources as Record<ConfigName, ConfigSource> };
}

function isName(name: string): name is ConfigName {
  return Object.hasOwn(configKeys, name);
}

function readConfigFile(path: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw configErrors.CONFIG_FILE_UNREADABLE(
      { path, problem: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    );
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw configErrors.CONFIG_FILE_UNREADABLE({ path, problem: "got another kind of value" });
  return parsed as Record<string, unknown>; // why: an object that is no array
}

// {"http": {"port": 1}} and {"http.port": 1} mean the same.
function flatten(tree: Record<string, unknown>, prefix = ""): [string, unknown][] {
  return Object.entries(tree).flatMap(([key, value]): [string, unknown][] => {
    const name = prefix + key;
    const isBranch = typeof value === "object" && value !== null && !Array.isArray(value) && !isName(name);
    return isBranch ? flatten(value as Record<string, unknown>, `${name}.`) : [[name, value]]; // why: checked in isBranch
  });
}

function fromText(name: ConfigName, raw: string): unknown {
  const sample: unknown = configKeys[name].value;
  if (typeof sample === "number") return raw.trim() === "" ? raw : Number(raw);
  if (typeof sample === "object" && !Array.isArray(sample)) return parsedJson(raw);
  if (Array.isArray(sample)) return raw === "" ? [] : raw.split(",").map((item) => item.trim());
  return raw;
}

// What is no JSON goes to the key's own schema, which says what it wants.
function parsedJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}
