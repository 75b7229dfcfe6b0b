/** The arrays that a tabu kernel works on (assembly/tabu.ts). */
export interface TabuArrays {
  /** Four times the couplings in units, row after row of `stride`. */
  readonly matrix: Int8Array | Int16Array | Float32Array;
  readonly change: Int32Array | Float32Array;
  readonly sign: Int8Array | Int16Array | Int32Array;
  readonly free: Int32Array;
  readonly io: Float64Array;
  readonly state: Int32Array;
}

/** A tabu kernel: takes steps in place and returns how many. */
export type TabuSteps = (
  n: number,
  stride: number,
  arrays: TabuArrays,
  step: number,
  steps: number,
  tenure: number,
  spread: number,
  noise: number,
) => number;
