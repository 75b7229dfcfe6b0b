import { QuantumError } from "./errors.ts";
import type { Label } from "./models/bqm.ts";
import type { Cqm } from "./models/cqm.ts";
import { evaluated, type Tolerance } from "./models/feasibility.ts";

/** A column of a sample table beside the samples: as many values a row as `width`. */
export interface SampleVector {
  readonly width: number;
  readonly values: readonly (number | boolean)[];
}

/** Samples of variables of any kind: row r is values[r*size .. (r+1)*size]. */
export interface SampleTable {
  readonly variableType: "SPIN" | "BINARY" | "INTEGER" | "REAL";
  readonly size: number;
  readonly count: number;
  readonly values: Float64Array;
  readonly energies: Float64Array;
  readonly occurrences: Int32Array;
  readonly labels: readonly Label[];
  /** The other vectors, such as is_feasible (width 1) and is_satisfied (one value a constraint). */
  readonly vectors: Readonly<Record<string, SampleVector>>;
  readonly info: Readonly<Record<string, unknown>>;
}

/** A feasible row of a table, its values in the order of the model's variables. */
export interface FeasibleSample {
  readonly row: number;
  readonly sample: Float64Array;
  /** The objective and the price of broken soft constraints, computed here. */
  readonly energy: number;
}

/**
 * The rows that keep every hard constraint of a model, lowest energy first; variables are matched by label, and what the table itself
 * says about feasibility is not believed. Throws SAMPLE_SET_INVALID where the table lacks a variable, SAMPLE_INVALID where a value is
 * outside its domain.
 */
export function feasible(table: SampleTable, cqm: Cqm, tolerance: Tolerance = {}): readonly FeasibleSample[] {
  const columns = new Map(table.labels.map((label, i) => [label, i]));
  const order = cqm.variables.map(({ label }) => {
    const column = columns.get(label);
    if (column === undefined)
      throw new QuantumError("SAMPLE_SET_INVALID", { field: "variable_labels", wanted: `a variable ${label}`, got: "none" });
    return column;
  });
  return Array.from({ length: table.count }, (_, row) => {
    const sample = Float64Array.from(order, (column) => table.values[row * table.size + column]!);
    const { energy, feasible } = evaluated(cqm, sample, tolerance);
    return { row, sample, energy, feasible };
  })
    .filter((s) => s.feasible)
    .sort((a, b) => a.energy - b.energy || a.row - b.row)
    .map(({ row, sample, energy }) => ({ row, sample, energy }));
}
