// What samplers work on: the model in SPIN form with each variable's neighbours side by side (compressed sparse rows). Couplings of
// bias 0 are left out; they cost time and change no energy.
import { type Bqm, converted } from "./bqm.ts";

/** An Ising problem in CSR: the neighbours of i are column[start[i]..start[i+1]], with their couplings in weight. */
export interface SpinProblem {
  readonly size: number;
  /** What to add to a spin energy to get the model's. */
  readonly offset: number;
  readonly field: Float64Array;
  readonly start: Int32Array;
  readonly column: Int32Array;
  readonly weight: Float64Array;
}

/** The CSR view of a model of either vartype. */
export function spinProblem(model: Bqm): SpinProblem {
  const { size, linear, rows, columns, biases, offset } = converted(model, "SPIN");
  const start = new Int32Array(size + 1);
  for (let k = 0; k < biases.length; k++) {
    if (biases[k] === 0) continue;
    start[rows[k]! + 1]!++;
    start[columns[k]! + 1]!++;
  }
  for (let i = 1; i <= size; i++) start[i]! += start[i - 1]!;
  const next = start.slice();
  const column = new Int32Array(start[size]!);
  const weight = new Float64Array(start[size]!);
  for (let k = 0; k < biases.length; k++) {
    const bias = biases[k]!;
    if (bias === 0) continue;
    const [u, v] = [rows[k]!, columns[k]!];
    const atU = next[u]!++;
    const atV = next[v]!++;
    column[atU] = v;
    weight[atU] = bias;
    column[atV] = u;
    weight[atV] = bias;
  }
  return { size, offset, field: linear, start, column, weight };
}

/** Writes into `local` what each spin feels: h_i + sum_j J_ij s_j. Flipping i changes the energy by -2 s_i local_i. */
export function localFields(
  { size, field, start, column, weight }: SpinProblem,
  spins: ArrayLike<number>,
  local: Float64Array,
): void {
  for (let i = 0; i < size; i++) {
    let sum = field[i]!;
    for (let k = start[i]!; k < start[i + 1]!; k++) sum += weight[k]! * spins[column[k]!]!;
    local[i] = sum;
  }
}

/** The energy without the offset, from spins and their local fields. */
export function energyFrom({ size, field }: SpinProblem, spins: ArrayLike<number>, local: Float64Array): number {
  let energy = 0;
  for (let i = 0; i < size; i++) energy += spins[i]! * (local[i]! + field[i]!);
  return energy / 2;
}
