// How the stand-in solves what it is sent: with the package's own samplers, or by enumeration.
import {
  bqmFromTerms,
  decodeQpProblem,
  estimateQpuTime,
  type LeapSolver,
  type SampleSet,
  sampleAt,
  solve,
  workingGraph,
} from "../../src/index.ts";
import { readBqmFile, readCqmFile } from "./dimod-files.ts";

/** One job as it came. */
export interface JobBody {
  readonly solver: { readonly name: string };
  readonly data: Readonly<Record<string, unknown>>;
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly label?: string;
}

/** The answer of a QPU, in qp. `seed` also gives the time charged, so that no two jobs cost the same. */
export async function qpuAnswer(solver: LeapSolver, { data, type, params }: JobBody, seed: number) {
  const graph = workingGraph(solver);
  // Without the offset, which Leap leaves to its client.
  const { linear, quadratic } = decodeQpProblem(data, graph);
  const vartype = type === "ising" ? "SPIN" : "BINARY";
  const model = bqmFromTerms({ vartype, linear, quadratic, offset: 0 });
  const reads = typeof params.num_reads === "number" ? params.num_reads : 1;
  const { samples } = await solve(model, { solver: "steepest-descent", seed, reads });
  const active = Int32Array.from(samples.labels ?? [], Number);
  const order = [...active.keys()].sort((a, b) => active[a]! - active[b]!);
  const raw = params.answer_mode === "raw";
  return {
    format: "qp",
    num_variables: graph.numQubits,
    active_variables: base64(Int32Array.from(order, (i) => active[i]!)),
    energies: base64(samples.energies),
    ...(raw ? {} : { num_occurrences: base64(samples.occurrences) }),
    solutions: bits(samples, order),
    timing: {
      qpu_access_time: Math.round(estimateQpuTime(solver, active.length, params)) + seed,
      qpu_programming_time: 15072,
      qpu_anneal_time_per_sample: 20,
      qpu_readout_time_per_sample: 100,
      qpu_delay_time_per_sample: 20.54,
      total_post_processing_time: 1,
      post_processing_overhead_time: 1,
      qpu_access_overhead_time: 900,
    },
  };
}

/** The answer of a hybrid BQM solver: a dimod sample set, packed. */
export async function bqmAnswer(file: Buffer, seed: number) {
  const model = readBqmFile(file);
  const { samples } = await solve(model, { seed, reads: 2 });
  const words = Math.ceil(samples.size / 32);
  const rows = Array.from({ length: samples.count }, (_, r) => {
    const packed = new Uint32Array(words);
    for (const [i, value] of sampleAt(samples, r).entries()) if (value === 1) packed[i >> 5]! |= 1 << (i & 31);
    return Array.from(packed);
  });
  return bq({
    rows,
    dataType: "uint32",
    packed: true,
    variables: samples.size,
    labels: model.labels ?? Array.from({ length: model.size }, (_, v) => v),
    vartype: samples.vartype,
    vectors: { energy: Array.from(samples.energies), num_occurrences: Array.from(samples.occurrences) },
    info: { run_time: 2_990_000 + seed, charge_time: 2_990_000, qpu_access_time: 30_000 + seed },
  });
}

/** The answer of a hybrid CQM solver: all feasible assignments of a small model and the best others, not packed. */
export function cqmAnswer(file: Buffer, seed: number) {
  const model = readCqmFile(file);
  const combinations = model.domains.reduce((product, domain) => product * domain.length, 1);
  if (combinations > 20_000) throw new Error("the model is too large for the stand-in");
  const rows = Array.from({ length: combinations }, (_, c) => {
    let rest = c;
    const values = model.domains.map((domain) => {
      const value = domain[rest % domain.length]!;
      rest = Math.floor(rest / domain.length);
      return value;
    });
    const satisfied = model.constraints.map(({ holds }) => holds(values));
    const feasible = model.constraints.every(({ price }, c) => price !== undefined || satisfied[c]);
    const energy = model.constraints.reduce((sum, { price }) => sum + (price?.(values) ?? 0), model.objective(values));
    return { values, satisfied, feasible, energy };
  });
  rows.sort((a, b) => Number(b.feasible) - Number(a.feasible) || a.energy - b.energy);
  const kept = rows.slice(0, 20);
  return bq({
    rows: kept.map(({ values }) => values),
    dataType: "float64",
    packed: false,
    variables: model.labels.length,
    labels: model.labels,
    vartype: model.vartypes.includes("INTEGER") ? "INTEGER" : (model.vartypes[0] ?? "BINARY"),
    vectors: {
      energy: kept.map(({ energy }) => energy),
      num_occurrences: kept.map(() => 1),
      is_feasible: kept.map(({ feasible }) => feasible),
      is_satisfied: kept.map(({ satisfied }) => satisfied),
    },
    info: {
      constraint_labels: model.constraints.map(({ label }) => label),
      run_time: 5_000_000,
      charge_time: 5_000_000,
      qpu_access_time: 20_000 + seed,
    },
  });
}

interface Rows {
  readonly rows: readonly (readonly number[])[];
  readonly dataType: string;
  readonly packed: boolean;
  readonly variables: number;
  readonly labels: readonly unknown[];
  readonly vartype: string;
  readonly vectors: Readonly<Record<string, readonly unknown[]>>;
  readonly info: Readonly<Record<string, unknown>>;
}

function bq({ rows, dataType, packed, variables, labels, vartype, vectors, info }: Rows) {
  const array = (data: readonly unknown[], data_type: string, shape: readonly number[]) => ({
    type: "array",
    data,
    data_type,
    shape,
    use_bytes: false,
  });
  const types: Readonly<Record<string, string>> = { energy: "float64", num_occurrences: "int64" };
  return {
    format: "bq",
    data: {
      type: "SampleSet",
      version: { sampleset_schema: "3.2.0" },
      num_variables: variables,
      num_rows: rows.length,
      sample_data: array(rows, dataType, [rows.length, packed ? Math.ceil(variables / 32) : variables]),
      sample_type: "int8",
      sample_packed: packed,
      vectors: Object.fromEntries(
        Object.entries(vectors).map(([name, data]) => {
          const inner = data[0];
          return [name, array(data, types[name] ?? "bool", Array.isArray(inner) ? [data.length, inner.length] : [data.length])];
        }),
      ),
      variable_labels: labels,
      variable_type: vartype,
      info,
    },
  };
}

function base64(values: Float64Array | Int32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64"); // this machine is little-endian
}

function bits(samples: SampleSet, order: readonly number[]): string {
  const rowBytes = Math.ceil(order.length / 8);
  const bytes = Buffer.alloc(rowBytes * samples.count);
  for (let r = 0; r < samples.count; r++) {
    const row = sampleAt(samples, r);
    for (const [k, i] of order.entries()) if (row[i] === 1) bytes[r * rowBytes + (k >> 3)]! |= 0x80 >> (k & 7);
  }
  return bytes.toString("base64");
}
