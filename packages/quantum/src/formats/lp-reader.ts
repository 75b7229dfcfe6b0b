// Reads LP files: the part of CPLEX's format that dimod reads. A file is an objective, constraints, and sections of bounds, general
// (integer) and binary names; a quadratic part stands in brackets, halved in the objective. Sections start with a line of their own, but
// the objective may go on behind its keyword. Variables are real from 0 upwards until said otherwise. An objective to maximise is
// turned round. Not read: semi-continuous variables, SOS, ranges (-2 <= x + y <= 8).
import { QuantumError } from "../errors.ts";
import { type ConstraintInput, type Cqm, cqmFrom, type Sense, type VariableInput } from "../models/cqm.ts";
import type { FormatLimits, LineReader } from "./format.ts";
import { LpCursor, type Sum } from "./lp-cursor.ts";
import { type LpToken, lpTokens } from "./lp-tokens.ts";

type Section = "start" | "objective" | "constraints" | "bounds" | "general" | "binary" | "end";

const headings: readonly (readonly [RegExp, Section])[] = [
  [/^(subject\s+to|such\s+that|st|s\.t\.|st\.)$/i, "constraints"],
  [/^bounds?$/i, "bounds"],
  [/^(generals?|gen|integers?)$/i, "general"],
  [/^(binar(y|ies)|bin)$/i, "binary"],
  [/^end$/i, "end"],
];
const objectiveHeading = /^(minimi[sz]e|minimum|min|maximi[sz]e|maximum|max)(?=\s|$)(?!\s*:)/i;
const unsupported = /^(semi(-continuous|s)?|sec|sos[12]?|sin)$/i;
const turned: Readonly<Record<Sense, Sense>> = { "<=": ">=", ">=": "<=", "==": "==" };
const realLimit = 1e30;

/** A reader of one LP file. */
export function lpReader(
  format: string,
  { maxVariables = 1_000_000, maxEntries = 50_000_000 }: FormatLimits = {},
): LineReader<Cqm> {
  let section: Section = "start";
  let factor = 1; // -1 when the file maximises
  let lastLine = 0;
  let count = 0;
  const tokens: Record<Section, LpToken[]> = {
    start: [],
    objective: [],
    constraints: [],
    bounds: [],
    general: [],
    binary: [],
    end: [],
  };
  const wanted = (line: number, what: string, got: unknown): never => {
    throw new QuantumError("FORMAT_SYNTAX", { format, line, wanted: what, got });
  };
  return {
    line(raw, line) {
      lastLine = line;
      let text = raw.replace(/\\.*$/, "").trim();
      if (text === "") return;
      const objective = section === "start" ? objectiveHeading.exec(text) : null;
      if (objective) {
        section = "objective";
        factor = /^max/i.test(text) ? -1 : 1;
        text = text.slice(objective[0].length);
      } else {
        const heading = headings.find(([pattern]) => pattern.test(text));
        if (section === "end") wanted(line, "nothing after End", text);
        if (section === "start") wanted(line, "Minimize or Maximize", text);
        if (unsupported.test(text)) wanted(line, "a section of constraints, bounds, general or binary names", text);
        if (heading) {
          section = heading[1];
          return;
        }
      }
      const found = lpTokens(text, line);
      if ("strange" in found) return wanted(line, "numbers, names and signs", found.strange);
      count += found.length;
      if (count > maxEntries)
        throw new QuantumError("FORMAT_TOO_LARGE", { format, line, what: "entries", most: maxEntries, got: count });
      for (const token of found) tokens[section].push(token);
    },
    end() {
      if (section !== "end") wanted(lastLine + 1, "End", "end of file");
      const stream = (of: Section) => new LpCursor(tokens[of], lastLine, wanted);
      const objective = objectiveOf(stream("objective"), factor);
      const constraints = [...constraintsOf(stream("constraints"))];
      const bounds = boundsOf(stream("bounds"));
      const kinds = new Map<string, "integer" | "binary">();
      for (const kind of ["general", "binary"] as const)
        for (const { kind: what, text, line } of tokens[kind]) {
          if (what !== "name") wanted(line, "a name", text);
          kinds.set(text, kind === "general" ? "integer" : "binary");
        }
      const names = new Set<string>();
      for (const { linear, quadratic } of [objective, ...constraints.map((c) => c.left)]) {
        for (const [v] of linear) names.add(v);
        for (const [u, v] of quadratic) names.add(u).add(v);
      }
      for (const name of [...bounds.keys(), ...kinds.keys()]) names.add(name);
      if (names.size > maxVariables)
        throw new QuantumError("FORMAT_TOO_LARGE", {
          format,
          line: lastLine,
          what: "variables",
          most: maxVariables,
          got: names.size,
        });
      const variables = Array.from(names, (label): VariableInput => {
        const { lower = 0, upper } = bounds.get(label) ?? {};
        const kind = kinds.get(label) ?? "real";
        if (kind === "binary") return { label, kind };
        const most = kind === "integer" ? 2 ** 53 - 1 : realLimit;
        return { label, kind, lower: Math.max(-most, lower), upper: Math.min(most, upper ?? most) };
      });
      try {
        return cqmFrom({
          variables,
          objective,
          constraints: constraints.map(({ label, left, sense, right }): ConstraintInput => ({ label, ...left, sense, right })),
        });
      } catch (cause) {
        if (!(cause instanceof QuantumError)) throw cause;
        throw new QuantumError(
          "FORMAT_SYNTAX",
          { format, line: lastLine, wanted: "a sound model", got: cause.message },
          { cause },
        );
      }
    },
  };
}

function objectiveOf(tokens: LpCursor, factor: number): Sum {
  tokens.label();
  const sum = tokens.sum(0.5);
  tokens.done("the objective's end");
  return {
    offset: factor * sum.offset,
    linear: sum.linear.map(([v, bias]) => [v, factor * bias]),
    quadratic: sum.quadratic.map(([u, v, bias]) => [u, v, factor * bias]),
  };
}

function* constraintsOf(tokens: LpCursor): Generator<{ label: string | number; left: Sum; sense: Sense; right: number }> {
  for (let k = 0; !tokens.empty; k++) {
    const label = tokens.label() ?? k; // dimod, too, calls a constraint without a name by its number
    const left = tokens.sum(1);
    const sense = tokens.sense();
    yield { label, left, sense, right: tokens.signed("a number as right side") };
  }
}

function boundsOf(tokens: LpCursor): Map<string, { lower?: number; upper?: number }> {
  const bounds = new Map<string, { lower?: number; upper?: number }>();
  const set = (name: string, sense: Sense, value: number) => {
    const known = bounds.get(name) ?? {};
    if (sense !== "<=") known.lower = value;
    if (sense !== ">=") known.upper = value;
    bounds.set(name, known);
  };
  while (!tokens.empty) {
    if (tokens.startsNumber) {
      const value = tokens.bound();
      const sense = tokens.sense();
      const name = tokens.name();
      set(name, turned[sense], value);
      if (!tokens.startsSense) continue;
      const second = tokens.sense();
      set(name, second, tokens.bound());
    } else {
      const name = tokens.name();
      if (tokens.word("free")) bounds.set(name, { lower: -realLimit, upper: realLimit });
      else {
        const sense = tokens.sense();
        set(name, sense, tokens.bound());
      }
    }
  }
  return bounds;
}
