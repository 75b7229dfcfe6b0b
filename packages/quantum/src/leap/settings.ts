// Where a Leap client finds its settings, as D-Wave's own tools do: what the caller gives goes over the environment variables,
// these over the profile of dwave.conf. `endpoint` and `region` exclude each other: set on a higher level, either clears both below.
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { QuantumError } from "../errors.ts";
import { type ConfigFile, profileOf, readIni } from "./ini.ts";
import { identityOf } from "./solver-identity.ts";
import type { SolverQuery } from "./solver-query.ts";

/** D-Wave's own defaults. */
const defaultMetadataEndpoint = "https://cloud.dwavesys.com/metadata/v1/";

/** What a Leap client needs to know; `token` is a secret. */
export interface LeapSettings {
  readonly token?: string;
  /** The solver API, such as https://na-west-1.cloud.dwavesys.com/sapi/v2/; overrides the region. */
  readonly endpoint?: string;
  readonly region?: string;
  readonly metadataEndpoint: string;
  /** Which solver `solver()` takes when it is not told. */
  readonly solver?: SolverQuery;
  /** Which kinds of solver are considered at all. */
  readonly client: "base" | "qpu" | "hybrid" | "sw";
  readonly headers: Readonly<Record<string, string>>;
  /** Not used by this package, which leaves proxies to the injected fetch. */
  readonly proxy?: string;
}

/** What the caller may give; strings as in the file, or the parsed forms. */
export interface LeapOptions {
  readonly token?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly metadataEndpoint?: string | undefined;
  readonly solver?: SolverQuery | string | undefined;
  readonly client?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | string | undefined;
  readonly proxy?: string | undefined;
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Settings from what was given, the environment (DWAVE_API_TOKEN, _ENDPOINT, _REGION, _SOLVER, _HEADERS, _CLIENT, _PROXY,
 * DWAVE_METADATA_API_ENDPOINT, DWAVE_PROFILE) and configuration files, lowest first. Pure. Throws LEAP_CONFIG_INVALID.
 */
export function leapSettings(
  options: LeapOptions,
  env: Environment = {},
  files: readonly ConfigFile[] = [],
  profile?: string,
): LeapSettings {
  const file =
    files.length === 0 && !(profile || env.DWAVE_PROFILE) ? {} : profileOf(readIni(files), profile || env.DWAVE_PROFILE);
  const lowest: LeapOptions = { ...file, metadataEndpoint: file.metadata_api_endpoint };
  const middle: LeapOptions = {
    token: env.DWAVE_API_TOKEN,
    endpoint: env.DWAVE_API_ENDPOINT,
    region: env.DWAVE_API_REGION,
    solver: env.DWAVE_API_SOLVER,
    headers: env.DWAVE_API_HEADERS,
    client: env.DWAVE_API_CLIENT,
    proxy: env.DWAVE_API_PROXY,
    metadataEndpoint: env.DWAVE_METADATA_API_ENDPOINT,
  };
  const merged = [lowest, middle, options].reduce(over, {});
  const { token, endpoint, region, metadataEndpoint, proxy, client = "base" } = merged;
  if (client !== "base" && client !== "qpu" && client !== "hybrid" && client !== "sw")
    throw new QuantumError("LEAP_CONFIG_INVALID", { what: "client", wanted: "base, qpu, hybrid or sw", got: client });
  const solver = solverOf(merged.solver);
  return {
    client,
    headers: headersOf(merged.headers),
    metadataEndpoint: urlOf("metadata endpoint", metadataEndpoint ?? defaultMetadataEndpoint),
    ...(token === undefined ? {} : { token: tokenOf(token) }),
    ...(endpoint === undefined ? {} : { endpoint: urlOf("endpoint", endpoint) }),
    ...(region === undefined ? {} : { region }),
    ...(solver === undefined ? {} : { solver }),
    ...(proxy === undefined ? {} : { proxy }),
  };
}

/** The places where dwave.conf is looked for, lowest priority first (system, user, working folder). */
export function configPaths(env: Environment, platform: NodeJS.Platform, home: string): readonly string[] {
  const own = (base: string, ...author: string[]) => join(base, ...author, "dwave", "dwave.conf");
  const local = join(".", "dwave.conf");
  if (platform === "win32")
    return [
      own(env.PROGRAMDATA ?? "C:\\ProgramData", "dwavesystem"),
      own(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "dwavesystem"),
      local,
    ];
  if (platform === "darwin")
    return [own("/Library/Application Support"), own(join(home, "Library", "Application Support")), local];
  const site = (env.XDG_CONFIG_DIRS || "/etc/xdg").split(":").filter((dir) => dir !== "");
  return [...site.map((dir) => own(dir)), own(env.XDG_CONFIG_HOME || join(home, ".config")), local];
}

/**
 * Settings of this machine: reads dwave.conf at its usual places, or the one that `configFile` or DWAVE_CONFIG_FILE names
 * (`false`: none). Throws LEAP_CONFIG_INVALID, also for a named file that cannot be read.
 */
export async function loadLeapSettings(
  options: LeapOptions & { readonly configFile?: string | false; readonly profile?: string } = {},
  env: Environment = process.env,
): Promise<LeapSettings> {
  const { configFile, profile, ...given } = options;
  const named = configFile === false ? undefined : configFile || env.DWAVE_CONFIG_FILE;
  const paths = configFile === false ? [] : named ? [named] : configPaths(env, process.platform, homedir());
  const files: ConfigFile[] = [];
  for (const path of paths) {
    const name = path.replace(/^~(?=\/)/, homedir());
    try {
      files.push({ name, text: await readFile(name, "utf8") });
    } catch (cause) {
      if (named !== undefined)
        throw new QuantumError("LEAP_CONFIG_INVALID", { what: "file", wanted: "a readable file", got: name }, { cause });
    }
  }
  return leapSettings(given, env, files, profile);
}

/** An endpoint in its full form, ending in a slash; undefined when a token must not be sent there. */
export function safeEndpoint(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "") return undefined;
  const isHome = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isHome)) return undefined;
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url.href;
}

// Blank and missing values of a level say nothing.
function over(below: LeapOptions, level: LeapOptions): LeapOptions {
  const said = Object.fromEntries(Object.entries(level).filter(([, value]) => value !== undefined && value !== ""));
  const { endpoint, region, ...rest } = below;
  return "endpoint" in said || "region" in said ? { ...rest, ...said } : { ...below, ...said };
}

function urlOf(what: string, text: string): string {
  const url = safeEndpoint(text);
  if (url === undefined)
    throw new QuantumError("LEAP_CONFIG_INVALID", {
      what,
      wanted: "an https URL without a user (http on this machine alone)",
      got: text.slice(0, 60),
    });
  return url;
}

function tokenOf(text: string): string {
  const token = text.trim();
  // The value is a secret, so the message must not show it.
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new QuantumError("LEAP_CONFIG_INVALID", {
      what: "token",
      wanted: "printable characters without spaces",
      got: "others",
    });
  return token;
}

// As in the file: "Field-1: value-1\nField-2: value-2".
function headersOf(headers: LeapOptions["headers"]): Readonly<Record<string, string>> {
  if (headers === undefined) return {};
  if (typeof headers !== "string") return headers;
  const pairs = headers
    .trim()
    .split("\n")
    .map((line) => /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/.exec(line));
  if (pairs.some((pair) => pair === null))
    throw new QuantumError("LEAP_CONFIG_INVALID", { what: "headers", wanted: "lines of `Name: value`", got: "another text" });
  return Object.fromEntries(pairs.map((pair) => [pair![1]!, pair![2]!]));
}

// JSON of features, or a solver's name, or its identity "name;graph_id=...".
function solverOf(solver: LeapOptions["solver"]): SolverQuery | undefined {
  if (solver === undefined || typeof solver !== "string") return solver;
  let parsed: unknown;
  try {
    parsed = JSON.parse(solver);
  } catch {
    const { name, version } = identityOf(solver);
    return version?.graph_id === undefined ? { name } : { name, graphId: version.graph_id };
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new QuantumError("LEAP_CONFIG_INVALID", { what: "solver", wanted: "a name or a JSON object of features", got: parsed });
  return queryFromFeatures(parsed as Record<string, unknown>); // why: a JSON object is read by its names; each is checked there
}

// The features of D-Wave's own notation that our query knows; others would be silently ignored, so they are refused.
function queryFromFeatures(features: Readonly<Record<string, unknown>>): SolverQuery {
  let query: SolverQuery = {};
  for (const [feature, value] of Object.entries(features)) {
    const more = translated(feature, value);
    if (more === undefined)
      throw new QuantumError("LEAP_CONFIG_INVALID", {
        what: "solver",
        wanted:
          "qpu, hybrid, software, online, name, name__eq, name__regex, category, num_qubits__gt(e), num_active_qubits__gt(e), supported_problem_types__contains, topology__type, topology__type__eq, order_by",
        got: { [feature]: value },
      });
    query = { ...query, ...more };
  }
  return query;
}

function translated(feature: string, value: unknown): SolverQuery | undefined {
  const isText = typeof value === "string";
  const isNumber = typeof value === "number" && Number.isFinite(value);
  if ((feature === "qpu" || feature === "hybrid" || feature === "software") && value === true) return { category: feature };
  if (feature === "category" && (value === "qpu" || value === "hybrid" || value === "software")) return { category: value };
  if (feature === "online" && typeof value === "boolean") return { online: value };
  if ((feature === "name" || feature === "name__eq") && isText) return { name: value };
  if (feature === "name__regex" && isText) return { name: new RegExp(`^(?:${value})$`) };
  if (/^num_(active_)?qubits__gte$/.test(feature) && isNumber) return { minQubits: value };
  if (/^num_(active_)?qubits__gt$/.test(feature) && isNumber) return { minQubits: Math.floor(value) + 1 };
  if (feature === "supported_problem_types__contains" && isText) return { problemTypes: [value] };
  if (/^topology__type(__eq)?$/.test(feature) && isText) return { topology: value };
  if (feature === "order_by" && isText) return { orderBy: value };
  return undefined;
}
