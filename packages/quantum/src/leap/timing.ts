// What a job will cost, before it is sent. QPU time by D-Wave's published timing model 1.0.x from the solver's own figures
// (`problem_timing_data`); times of hybrid solvers by the limits they publish. Check in D-Wave's documentation: 100 reads on a
// full Advantage 4.1 chip are estimated as 42,657 us and took 42,640 us.
import { QuantumError } from "../errors.ts";
import type { JobParameters } from "./parameters.ts";
import { type LeapSolver, recordOf, solverName } from "./solver.ts";

/** Times of a finished job as Leap returns them, in us (fields ending in _time) or as named. */
export type JobTiming = Readonly<Record<string, unknown>>;

/** Times of a job: in the answer, or, for sample sets, in their info (fields of its `timing`, or those named *_time). */
export function timingOf(answer: Readonly<Record<string, unknown>> | undefined): JobTiming {
  const timing = recordOf(answer?.timing);
  if (Object.keys(timing).length > 0) return timing;
  const info = recordOf(recordOf(answer?.data).info);
  const within = recordOf(info.timing);
  if (Object.keys(within).length > 0) return within;
  return Object.fromEntries(Object.entries(info).filter(([name]) => name.endsWith("_time")));
}

/** The QPU time that a job was charged, in us; 0 when its timing has none. */
export function qpuAccessTime(timing: JobTiming): number {
  const { qpu_access_time: time } = timing;
  return typeof time === "number" && Number.isFinite(time) ? time : 0;
}

/** Estimated QPU access time of a job in us; `qubits` is the number it uses. Throws LEAP_TIMING_UNKNOWN, LEAP_PROBLEM_INVALID. */
export function estimateQpuTime(solver: LeapSolver, qubits: number, params: JobParameters = {}): number {
  const data = recordOf(solver.properties.problem_timing_data);
  const unknown = (field: string, wanted: string, got: unknown): never => {
    throw new QuantumError("LEAP_TIMING_UNKNOWN", { solver: solverName(solver), field, wanted, got });
  };
  const figure = (field: string): number => {
    const value = data[field];
    return typeof value === "number" ? value : unknown(field, "a number", value);
  };
  const figures = (field: string): readonly number[] => {
    const value = data[field];
    return Array.isArray(value) && value.every((v) => typeof v === "number") ? value : unknown(field, "numbers", value);
  };
  if (typeof data.version !== "string" || !data.version.startsWith("1.0.")) unknown("version", "1.0.x", data.version);
  const schedule = scheduleOf(params.anneal_schedule);
  const annealTime = numberOf(params, "annealing_time");
  if (schedule !== undefined && annealTime !== undefined)
    throw new QuantumError("LEAP_PROBLEM_INVALID", {
      what: "annealing_time",
      wanted: "either it or anneal_schedule",
      got: "both",
    });
  const reversed = schedule?.[0]?.[1] === 1;
  if (reversed && params.initial_state === undefined)
    throw new QuantumError("LEAP_PROBLEM_INVALID", {
      what: "initial_state",
      wanted: "one, because the schedule begins at s = 1",
      got: "none",
    });
  const reverse = (what: "prog" | "delay"): number =>
    reversed
      ? figure(`reverse_annealing_${params.reinitialize_state === true ? "with" : "without"}_reinit_${what}_time_delta`)
      : 0;

  const reads = numberOf(params, "num_reads") ?? 1;
  // A value of 0 means the default, as in D-Wave's model.
  const thermalization = numberOf(params, "programming_thermalization") || figure("default_programming_thermalization");
  const anneal = annealTime || schedule?.at(-1)?.[0] || figure("default_annealing_time");
  const readoutThermalization = numberOf(params, "readout_thermalization") || figure("default_readout_thermalization");
  let decorrelation = 0;
  if (params.reduce_intersample_correlation === true) {
    const [least, most] = figures("decorrelation_time_range");
    decorrelation = (anneal / figure("decorrelation_max_nominal_anneal_time")) * (most! - least!) + least!;
  }
  const model = figures("readout_time_model_parameters");
  if (model.length % 2 !== 0 || model.length === 0) unknown("readout_time_model_parameters", "an even count", model.length);
  const xs = model.slice(0, model.length / 2);
  const ys = model.slice(model.length / 2);
  const readout =
    data.readout_time_model === "pwl_log_log"
      ? 10 ** interpolated(Math.log10(qubits), xs, ys)
      : data.readout_time_model === "pwl_linear"
        ? interpolated(qubits, xs, ys)
        : unknown("readout_time_model", "pwl_log_log or pwl_linear", data.readout_time_model);
  const perRead =
    anneal + readout + figure("qpu_delay_time_per_sample") + reverse("delay") + Math.max(readoutThermalization, decorrelation);
  return figure("typical_programming_time") + reverse("prog") + thermalization + reads * perRead;
}

/** The most reads that one job may ask for with these parameters. Throws LEAP_TIMING_UNKNOWN. */
export function mostReads(solver: LeapSolver, params: JobParameters = {}): number {
  const { properties } = solver;
  const figure = (field: string, from: unknown = properties[field]): number => {
    if (typeof from === "number") return from;
    throw new QuantumError("LEAP_TIMING_UNKNOWN", { solver: solverName(solver), field, wanted: "a number", got: from });
  };
  const limit = (field: string): number =>
    figure(`${field}[1]`, Array.isArray(properties[field]) ? properties[field][1] : undefined);
  const anneal = numberOf(params, "annealing_time") ?? figure("default_annealing_time");
  const readout = numberOf(params, "readout_thermalization") ?? figure("default_readout_thermalization");
  const programming = numberOf(params, "programming_thermalization") ?? figure("default_programming_thermalization");
  const fitting = Math.trunc((limit("problem_run_duration_range") - programming) / (anneal + readout));
  return Math.min(limit("num_reads_range"), fitting);
}

/** Sizes of a model for a hybrid solver; which count depends on its type. */
export interface HybridSize {
  readonly variables?: number;
  readonly biases?: number;
  readonly constraints?: number;
  /** For nl: nodes of the graph, and bytes of state. */
  readonly nodes?: number;
  readonly stateBytes?: number;
}

/** The least `time_limit` in s that a hybrid solver takes for a model of this size. Throws LEAP_TIMING_UNKNOWN. */
export function leastHybridTime(solver: LeapSolver, type: "bqm" | "cqm" | "nl", size: HybridSize): number {
  const { properties } = solver;
  const factor = (field: string, usual: number): number => {
    const value = properties[field];
    return typeof value === "number" ? value : usual;
  };
  const { variables = 0, biases = 0, constraints = 0, nodes = 0, stateBytes = 0 } = size;
  if (type === "cqm")
    return Math.max(
      factor("num_variables_multiplier", 1.57e-4) * variables +
        factor("num_biases_multiplier", 4.65e-6) * biases +
        factor("num_constraints_multiplier", 6.44e-9) * variables * constraints,
      factor("minimum_time_limit_s", 5),
    );
  if (type === "nl")
    return Math.max(
      factor("num_nodes_multiplier", 8.306792043756981e-5) * nodes +
        factor("state_size_multiplier", 2.8379674360396316e-10) * stateBytes +
        factor("num_nodes_state_size_multiplier", 2.1097317822863965e-12) * nodes * stateBytes +
        factor("time_constant", 0.012671678446550176),
      factor("minimum_time_limit_s", 5),
    );
  const points = properties.minimum_time_limit;
  const isPoint = (p: unknown): p is [number, number] => Array.isArray(p) && p.length === 2 && p.every(Number.isFinite);
  if (!Array.isArray(points) || points.length === 0 || !points.every(isPoint))
    throw new QuantumError("LEAP_TIMING_UNKNOWN", {
      solver: solverName(solver),
      field: "minimum_time_limit",
      wanted: "pairs of variables and seconds",
      got: points,
    });
  return interpolated(
    variables,
    points.map(([x]) => x),
    points.map(([, y]) => y),
  );
}

// Piecewise linear between the points, level outside them.
function interpolated(x: number, xs: readonly number[], ys: readonly number[]): number {
  if (!(x > xs[0]!)) return ys[0]!;
  for (let i = 1; i < xs.length; i++) {
    if (x <= xs[i]!) return ys[i - 1]! + ((ys[i]! - ys[i - 1]!) * (x - xs[i - 1]!)) / (xs[i]! - xs[i - 1]!);
  }
  return ys.at(-1)!;
}

function numberOf(params: JobParameters, name: string): number | undefined {
  const value = params[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !(value >= 0) || !Number.isFinite(value))
    throw new QuantumError("LEAP_PROBLEM_INVALID", { what: name, wanted: "a number of at least 0", got: value });
  return value;
}

function scheduleOf(value: unknown): readonly (readonly [number, number])[] | undefined {
  if (value === undefined || value === null) return undefined;
  const isPoint = (p: unknown): p is [number, number] => Array.isArray(p) && p.length === 2 && p.every(Number.isFinite);
  if (!Array.isArray(value) || value.length === 0 || !value.every(isPoint))
    throw new QuantumError("LEAP_PROBLEM_INVALID", { what: "anneal_schedule", wanted: "pairs of time and s", got: value });
  return value;
}
