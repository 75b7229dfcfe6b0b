// Reads LP files: the part of CPLEX's format that dimod reads. A file is an objective, constraints, and sections of bounds, general
// (integer) and binary names; a quadratic part stands in brackets, halved in the objective. Sections start with a line of their own, but
// the objective may go on behind its keyword. Variables are real from 0 upwards until said otherwise. An objective to maximise is
// turned round. Not read: semi-continuous variables, SOS, ranges (-2 <= x + y <= 8).
import { QuantumError } from "../errors.ts";
import { type ConstraintInput, type Cqm, cqmFrom, type Sense, type VariableInput } from "../models/cqm.ts";
import type { FormatLimits, LineReader } from "./format.ts";
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
const senses: Readonly<Record<string, Sense>> = {
  "<=": "<=",
  "=<": "<=",
  "<": "<=",
  ">=": ">=",
  "=>": ">=",
  ">": ">=",
  "=": "==",
};
const turned: Readonly<Record<Sense, Sense>> = { "<=": ">=", ">=": "<=", "==": "==" };
const realLimit = 1e30;

interface Sum {
  offset: number;
  readonly linear: [string, number][];
  readonly quadratic: [string, string, number][];
}

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
      const stream = (of: Section) => new Tokens(tokens[of], lastLine, wanted);
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

function objectiveOf(tokens: Tokens, factor: number): Sum {
  tokens.label();
  const sum = tokens.sum(0.5);
  tokens.done("the objective's end");
  return {
    offset: factor * sum.offset,
    linear: sum.linear.map(([v, bias]) => [v, factor * bias]),
    quadratic: sum.quadratic.map(([u, v, bias]) => [u, v, factor * bias]),
  };
}

function* constraintsOf(tokens: Tokens): Generator<{ label: string | number; left: Sum; sense: Sense; right: number }> {
  for (let k = 0; !tokens.empty; k++) {
    const label = tokens.label() ?? k; // dimod, too, calls a constraint without a name by its number
    const left = tokens.sum(1);
    const sense = tokens.sense();
    yield { label, left, sense, right: tokens.signed("a number as right side") };
  }
}

function boundsOf(tokens: Tokens): Map<string, { lower?: number; upper?: number }> {
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

/** Takes tokens off a section, front to back. */
class Tokens {
  readonly #tokens: readonly LpToken[];
  readonly #lastLine: number;
  readonly #wanted: (line: number, what: string, got: unknown) => never;
  #at = 0;

  constructor(tokens: readonly LpToken[], lastLine: number, wanted: (line: number, what: string, got: unknown) => never) {
    this.#tokens = tokens;
    this.#lastLine = lastLine;
    this.#wanted = wanted;
  }

  get empty(): boolean {
    return this.#at === this.#tokens.length;
  }

  get startsSense(): boolean {
    return senses[this.#peek()?.text ?? ""] !== undefined;
  }

  // A number, a sign before one, or infinity.
  get startsNumber(): boolean {
    const next = this.#peek();
    return next !== undefined && (next.kind === "number" || next.text === "-" || next.text === "+" || isInfinite(next));
  }

  done(what: string): void {
    if (!this.empty) this.#refuse(what);
  }

  label(): string | undefined {
    const [name, colon] = [this.#peek(), this.#peek(1)];
    if (name?.kind !== "name" || colon?.text !== ":") return undefined;
    this.#at += 2;
    return name.text;
  }

  name(): string {
    const next = this.#peek();
    if (next?.kind !== "name") this.#refuse("a variable's name");
    this.#at++;
    return next.text;
  }

  word(text: string): boolean {
    if (this.#peek()?.text.toLowerCase() !== text) return false;
    this.#at++;
    return true;
  }

  sense(): Sense {
    const sense = senses[this.#peek()?.text ?? ""];
    if (sense === undefined) this.#refuse("<=, >= or =");
    this.#at++;
    return sense;
  }

  signed(what: string): number {
    const sign = this.#signs();
    const next = this.#peek();
    if (next?.kind !== "number") this.#refuse(what);
    this.#at++;
    return sign * Number(next.text);
  }

  bound(): number {
    const sign = this.#signs();
    const next = this.#peek();
    if (next && isInfinite(next)) {
      this.#at++;
      return sign * Number.POSITIVE_INFINITY;
    }
    return sign * this.signed("a number as bound");
  }

  /** Terms up to a sense or the end; a bracket's terms count `inBrackets` times. */
  sum(inBrackets: 1 | 0.5): Sum {
    const sum: Sum = { offset: 0, linear: [], quadratic: [] };
    while (!this.empty && !this.startsSense) {
      const sign = this.#signs();
      if (this.word("[")) {
        this.#bracket(sum, sign * inBrackets);
        if (inBrackets === 0.5 && !(this.word("/") && this.#isTwo())) this.#refuse("] / 2");
        continue;
      }
      const number = this.#number();
      const next = this.#peek();
      if (next?.kind === "name" && this.#peek(1)?.text !== ":") sum.linear.push([this.name(), sign * (number ?? 1)]);
      else if (number !== undefined) sum.offset += sign * number;
      else this.#refuse("a term");
    }
    return sum;
  }

  #bracket(sum: Sum, factor: number): void {
    while (!this.word("]")) {
      const coefficient = factor * this.#signs() * (this.#number() ?? 1);
      const first = this.name();
      if (this.word("^")) {
        if (!this.#isTwo()) this.#refuse("the power 2");
        sum.quadratic.push([first, first, coefficient]);
      } else {
        if (!this.word("*")) this.#refuse("^ 2 or * and a name");
        sum.quadratic.push([first, this.name(), coefficient]);
      }
    }
  }

  #isTwo(): boolean {
    const two = Number(this.#peek()?.text) === 2;
    if (two) this.#at++;
    return two;
  }

  #number(): number | undefined {
    const next = this.#peek();
    if (next?.kind !== "number") return undefined;
    this.#at++;
    return Number(next.text);
  }

  #signs(): number {
    let sign = 1;
    for (let next = this.#peek()?.text; next === "+" || next === "-"; next = this.#peek()?.text) {
      if (next === "-") sign = -sign;
      this.#at++;
    }
    return sign;
  }

  #peek(ahead = 0): LpToken | undefined {
    return this.#tokens[this.#at + ahead];
  }

  #refuse(what: string): never {
    const next = this.#peek();
    return this.#wanted(next?.line ?? this.#lastLine, what, next?.text ?? "the end of the section");
  }
}

function isInfinite({ text }: LpToken): boolean {
  return /^inf(inity)?$/i.test(text);
}
