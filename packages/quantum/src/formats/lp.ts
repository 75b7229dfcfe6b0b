import { QuantumError } from "../errors.ts";
import type { Label } from "../models/bqm.ts";
import type { Cqm } from "../models/cqm.ts";
import { type Expression, variablesOf } from "../models/expression.ts";
import type { TextFormat } from "./format.ts";
import { lpReader } from "./lp-reader.ts";
import { isLpName } from "./lp-tokens.ts";

const name = "LP";
const lineWidth = 78;
const infinite = 1e30;

/**
 * Constrained models as LP files, which most solvers of integer programs and dimod's `lp` module read and write. The format has no
 * spins, no soft and no discrete constraints: the first two are refused, discrete groups come back as plain ones. Numbers alone are
 * no names in it; constraints called 0, 1, 2 in their order are written without a name. Constants go to the right side.
 */
export const lpFormat: TextFormat<Cqm> = { name, extension: ".lp", reader: (limits) => lpReader(name, limits), lines };

function* lines(cqm: Cqm): Generator<string> {
  const { variables, objective, constraints } = cqm;
  const names = variables.map(({ label, kind }) => {
    if (kind === "spin") cannot(`the spin ${label}; write it as 2x - 1 of a binary x`);
    return checkedName("variable", label);
  });
  const used = new Set([objective, ...constraints.map((c) => c.left)].flatMap(variablesOf));
  const idle = variables.flatMap((_, i) => (used.has(i) ? [] : [`+ 0 ${names[i]}`]));
  const constant = objective.offset === 0 ? [] : [signed(objective.offset)];
  const halved = quadraticTerms(objective, names, 2);
  yield "Minimize";
  yield* wrapped([
    "obj:",
    ...linearTerms(objective, names),
    ...idle,
    ...(halved.length > 0 ? ["+ [", ...halved, "] / 2"] : []),
    ...constant,
  ]);
  yield "Subject To";
  for (const [k, { label, left, sense, right, soft }] of constraints.entries()) {
    if (soft) cannot(`the soft constraint ${label}`);
    const terms = linearTerms(left, names);
    const products = quadraticTerms(left, names, 1);
    if (products.length > 0) terms.push("+ [", ...products, "]");
    if (terms.length === 0) cannot(`the constraint ${label}, which has no variable`);
    const head = label === k ? [] : [`${checkedName("constraint", label)}:`];
    yield* wrapped([...head, ...terms, sense === "==" ? "=" : sense, String(right - left.offset)]);
  }
  yield "Bounds";
  for (const [i, { kind, lower, upper }] of variables.entries()) {
    if (kind === "binary") continue;
    const [low, high] = [lower <= -infinite ? "-inf" : lower, upper >= infinite ? "+inf" : upper];
    yield ` ${low} <= ${names[i]} <= ${high}`;
  }
  for (const [kind, heading] of [
    ["integer", "General"],
    ["binary", "Binary"],
  ] as const) {
    const members = names.filter((_, i) => variables[i]!.kind === kind);
    if (members.length === 0) continue;
    yield heading;
    yield* wrapped(members);
  }
  yield "End";
}

function linearTerms({ linear }: Expression, names: readonly string[]): string[] {
  return linear.map(([i, bias]) => `${signed(bias)} ${names[i]}`);
}

function quadraticTerms({ quadratic }: Expression, names: readonly string[], factor: number): string[] {
  return quadratic.map(([u, v, bias]) => `${signed(factor * bias)} ${u === v ? `${names[u]} ^ 2` : `${names[u]} * ${names[v]}`}`);
}

function signed(value: number): string {
  return `${value < 0 ? "-" : "+"} ${Math.abs(value)}`;
}

// CPLEX reads lines of at most 560 characters.
function* wrapped(words: readonly string[]): Generator<string> {
  let line = "";
  for (const word of words) {
    if (line !== "" && line.length + word.length > lineWidth) {
      yield line;
      line = "";
    }
    line += ` ${word}`;
  }
  if (line !== "") yield line;
}

function checkedName(what: string, label: Label): string {
  if (typeof label !== "string" || !isLpName(label))
    cannot(`the ${what} ${JSON.stringify(label)}: names are letters, digits and some signs`);
  return label;
}

function cannot(what: string): never {
  throw new QuantumError("FORMAT_CANNOT_HOLD", { format: name, what });
}
