// Sums and multiples of models: every result is a new model over the same or the united variables.
import { QuantumError } from "../errors.ts";
import { type Bqm, bqmFromTerms, converted, type Label, labelOf } from "./bqm.ts";

/** The model with `constant` added to every energy. Throws BQM_NUMBER_INVALID. */
export function offsetBy(model: Bqm, constant: number): Bqm {
  return { ...model, offset: finite("offset", model.offset + constant) };
}

/** The model with every energy times `factor`; a negative one turns maxima into minima. Throws BQM_NUMBER_INVALID. */
export function scaled(model: Bqm, factor: number): Bqm {
  finite("factor", factor);
  const times = (v: number) => v * factor + 0; // -0 becomes 0
  const offset = finite("offset", times(model.offset));
  const linear = model.linear.map(times);
  const biases = model.biases.map(times);
  for (const v of linear) finite("a scaled linear bias", v);
  for (const v of biases) finite("a scaled coupling", v);
  return { ...model, linear, biases, offset };
}

/** Where biases have to lie: from a number below 0 to one above 0. */
export interface BiasRanges {
  readonly linear: readonly [number, number];
  readonly quadratic: readonly [number, number];
}

/**
 * The model times the positive `factor` that makes its biases just fit into `ranges` (a QPU's h_range and j_range); it grows as well
 * as shrinks. A model without biases keeps factor 1. Throws OPTION_INVALID.
 */
export function normalisedTo(model: Bqm, ranges: BiasRanges): { readonly model: Bqm; readonly factor: number } {
  let tightest = 0; // the largest bias over its end of the range
  for (const [name, values, [low, high]] of [
    ["linear", model.linear, ranges.linear],
    ["quadratic", model.biases, ranges.quadratic],
  ] as const) {
    if (!(low < 0 && high > 0 && Number.isFinite(low) && Number.isFinite(high)))
      throw new QuantumError("OPTION_INVALID", { option: `ranges.${name}`, wanted: "a range around 0", got: [low, high] });
    for (const v of values) tightest = Math.max(tightest, v < 0 ? v / low : v / high);
  }
  const factor = tightest === 0 ? 1 : 1 / tightest;
  return { model: scaled(model, factor), factor };
}

/**
 * The model whose energy is the sum of both, over the variables of both: equal labels are the same variable. It has the first's
 * vartype; the second is converted. Throws BQM_NUMBER_INVALID.
 */
export function summed(first: Bqm, second: Bqm): Bqm {
  const parts = [first, converted(second, first.vartype)];
  return bqmFromTerms({
    vartype: first.vartype,
    linear: parts.flatMap((m) => Array.from(m.linear, (h, i): [Label, number] => [labelOf(m, i), h])),
    quadratic: parts.flatMap((m) =>
      Array.from(m.biases, (b, k): [Label, Label, number] => [labelOf(m, m.rows[k]!), labelOf(m, m.columns[k]!), b]),
    ),
    offset: first.offset + parts[1]!.offset,
  });
}

function finite(what: string, value: number): number {
  if (!Number.isFinite(value)) throw new QuantumError("BQM_NUMBER_INVALID", { what, got: value });
  return value;
}
