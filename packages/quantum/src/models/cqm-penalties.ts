// Penalties that hold a constrained model's bits to its constraints. A form is at least 1 where its constraint is broken (cqm-bits.ts),
// so a penalty above the objective's whole spread makes every lowest sample feasible: `surePenalties`. Samplers hate such walls, so a
// search starts with the largest single term that a bit of the constraint has, per unit of what the bit does to it, and raises
// what turns out too small (Verma & Lewis 2022 compare such starts). Bits of products are always tied at what surely suffices.
import { QuantumError } from "../errors.ts";
import { affineRange } from "./bit-encoding.ts";
import { BitTerms } from "./bit-terms.ts";
import { type Bqm, bqmFromPairs } from "./bqm.ts";
import type { CqmBits, Form } from "./cqm-bits.ts";

/** Penalties, one a requirement, under which the lowest samples are feasible where a feasible sample exists. */
export function surePenalties({ objective, requirements }: CqmBits): number[] {
  const sure = objective.spread * 1.01 || 1;
  return requirements.map(({ price }) => price ?? sure);
}

/** Penalties to start a search with, at most the sure ones. */
export function firstPenalties(bits: CqmBits): number[] {
  const { names, objective, requirements } = bits;
  const largest = objective.largestTerms(names.length);
  const fallback = largest.reduce((a, b) => Math.max(a, b), 0) || 1;
  const sure = surePenalties(bits);
  return requirements.map(({ form, price }, r) => {
    if (price !== undefined) return price;
    let most = 0;
    for (const [bit, coefficient] of coefficients(form))
      most = Math.max(most, largest[bit]! / Math.max(1, Math.abs(coefficient)));
    return Math.min(sure[r]!, 1.25 * (most || fallback));
  });
}

const mostCouplings = 30_000_000; // some 2 GB while they are summed up

/**
 * The BINARY model objective + sum of penalty * form; its variables carry the bits' names. Throws BQM_NUMBER_INVALID, and
 * CQM_CANNOT_CONVERT where squared constraints would have too many couplings.
 */
export function penalised({ names, objective, requirements, products }: CqmBits, penalties: readonly number[]): Bqm {
  const couplings = requirements.reduce((sum, { form }) => sum + pairsOf(form), objective.bias.length);
  if (couplings > mostCouplings) {
    const wanted = `at most ${mostCouplings} couplings; constraints of fewer variables have fewer`;
    throw new QuantumError("CQM_CANNOT_CONVERT", { what: "the model", wanted, got: couplings });
  }
  const terms = new BitTerms();
  terms.offset = objective.offset;
  for (const [bit, bias] of objective.linear) terms.add(bit, bias);
  for (const [k, bias] of objective.bias.entries()) terms.addPair(objective.first[k]!, objective.second[k]!, bias);
  for (const [r, { form }] of requirements.entries()) {
    const penalty = penalties[r]!;
    if (form.kind === "square") terms.addSquare(penalty, form.of);
    else for (const [i, u] of form.bits.entries()) for (const v of form.bits.slice(i + 1)) terms.addPair(u, v, penalty);
  }
  const ties = productTies({ names, objective, requirements, products }, penalties);
  for (const [k, { first, second, product }] of products.entries()) {
    const tie = ties[k]!;
    terms.addPair(first, second, tie);
    terms.addPair(first, product, -2 * tie);
    terms.addPair(second, product, -2 * tie);
    terms.add(product, 3 * tie);
  }
  return bqmFromPairs({
    vartype: "BINARY",
    size: names.length,
    linear: Float64Array.from(names, (_, i) => terms.linear.get(i) ?? 0),
    rows: terms.first,
    columns: terms.second,
    biases: terms.bias,
    offset: terms.offset,
    ...(names.every((name, i) => name === i) ? {} : { labels: names }),
  });
}

// A wrong product bit changes a form c*w + rest by at most |c| (2 |form| + |c|), and the objective by its own terms.
function productTies(
  { names, objective, requirements, products }: Pick<CqmBits, "names" | "objective" | "requirements" | "products">,
  penalties: readonly number[],
): number[] {
  if (products.length === 0) return [];
  const gain = new Float64Array(names.length);
  for (const [bit, bias] of objective.linear) gain[bit]! += Math.abs(bias);
  for (const [k, bias] of objective.bias.entries()) {
    gain[objective.first[k]!]! += Math.abs(bias);
    gain[objective.second[k]!]! += Math.abs(bias);
  }
  for (const [r, { form }] of requirements.entries()) {
    const size = form.kind === "square" ? Math.max(...affineRange(form.of).map(Math.abs)) : form.bits.length;
    for (const [bit, c] of coefficients(form)) gain[bit]! += penalties[r]! * Math.abs(c) * (2 * size + Math.abs(c));
  }
  return products.map(({ product }) => gain[product]!);
}

function pairsOf(form: Form): number {
  const bits = form.kind === "square" ? form.of.terms.size : form.bits.length;
  return (bits * (bits - 1)) / 2;
}

function coefficients(form: Form): Iterable<readonly [number, number]> {
  return form.kind === "square" ? form.of.terms : form.bits.map((bit) => [bit, 1] as const);
}
