import { QuantumError } from "../errors.ts";

/** Which solver: a QPU is named together with the version of its working graph, a hybrid by name alone. */
export interface SolverIdentity {
  readonly name: string;
  readonly version?: Readonly<Record<string, string>>;
}

/** The text form: `name` or `name;graph_id=...`, its parts URL-quoted. */
export function identityText({ name, version }: SolverIdentity): string {
  return [encodeURIComponent(name), ...Object.entries(version ?? {}).map((pair) => pair.map(encodeURIComponent).join("="))].join(
    ";",
  );
}

/** Reads the text form. Throws LEAP_CONFIG_INVALID. */
export function identityOf(text: string): SolverIdentity {
  const [name = "", ...version] = text.trim().split(";");
  const pairs = version.map((part) => part.split("=", 2).map(unquoted));
  if (name === "" || pairs.some((pair) => pair.length !== 2))
    throw new QuantumError("LEAP_CONFIG_INVALID", { what: "solver", wanted: "name or name;graph_id=value", got: text });
  return { name: unquoted(name), ...(pairs.length === 0 ? {} : { version: Object.fromEntries(pairs) }) };
}

function unquoted(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new QuantumError("LEAP_CONFIG_INVALID", { what: "solver", wanted: "URL-quoted parts", got: text }, { cause });
  }
}
