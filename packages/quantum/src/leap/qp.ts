// The qp format, in which QPUs take problems and give answers: biases as base64 arrays in the order of the solver's qubits and
// couplers, samples as bits, the most significant first. A qubit is active when it has a bias or a coupler; NaN marks the others,
// and couplers with an inactive end are left out of the array.
import { QuantumError } from "../errors.ts";
import type { SampleSet } from "../sample-set.ts";
import { base64FromDoubles, bytesFromBase64, doublesFromBase64, intsFromBase64 } from "./base64.ts";
import { recordOf, type WorkingGraph } from "./solver.ts";

/** An Ising or QUBO problem on qubits. A pair may be given in both directions; its biases are summed. In a QUBO (q, q) is linear. */
export interface QubitProblem {
  readonly linear: readonly (readonly [qubit: number, bias: number])[];
  readonly quadratic: readonly (readonly [first: number, second: number, bias: number])[];
  readonly offset?: number;
}

/** A problem as it travels. */
export interface QpData {
  readonly format: "qp";
  readonly lin: string;
  readonly quad: string;
  readonly offset: number;
}

/** Encodes a problem for a working graph. Throws LEAP_PROBLEM_INVALID for qubits and pairs that it lacks, and for other numbers. */
export function encodeQp(problem: QubitProblem, { qubits, couplers }: WorkingGraph): QpData {
  const { linear, quadratic, offset = 0 } = problem;
  const biases = new Map<number, number>();
  const pairs = new Map<string, number>();
  const number = (what: string, got: number): number => {
    if (!Number.isFinite(got)) throw new QuantumError("LEAP_PROBLEM_INVALID", { what, wanted: "a finite number", got });
    return got;
  };
  for (const [qubit, bias] of linear) biases.set(qubit, (biases.get(qubit) ?? 0) + number(`bias of qubit ${qubit}`, bias));
  for (const [a, b, bias] of quadratic) {
    number(`bias of (${a},${b})`, bias);
    if (a === b) {
      biases.set(a, (biases.get(a) ?? 0) + bias);
      continue;
    }
    pairs.set(pairKey(a, b), (pairs.get(pairKey(a, b)) ?? 0) + bias);
    for (const end of [a, b]) if (!biases.has(end)) biases.set(end, 0);
  }
  const working = new Set(qubits);
  for (const qubit of biases.keys()) {
    if (!working.has(qubit))
      throw new QuantumError("LEAP_PROBLEM_INVALID", { what: "qubit", wanted: "a working qubit of the solver", got: qubit });
  }
  const lin = Float64Array.from(qubits, (qubit) => biases.get(qubit) ?? Number.NaN);
  const quad: number[] = [];
  for (const [a, b] of couplers) {
    if (!biases.has(a) || !biases.has(b)) continue;
    quad.push(pairs.get(pairKey(a, b)) ?? 0);
    pairs.delete(pairKey(a, b));
  }
  for (const pair of pairs.keys())
    throw new QuantumError("LEAP_PROBLEM_INVALID", { what: "pair", wanted: "a coupler of the solver", got: pair });
  return {
    format: "qp",
    lin: base64FromDoubles(lin),
    quad: base64FromDoubles(Float64Array.from(quad)),
    offset: number("offset", offset),
  };
}

/** Decodes what `encodeQp` made; biases that are 0 because only a coupler needs the qubit are kept. Throws LEAP_ANSWER_INVALID. */
export function decodeQpProblem(data: unknown, { qubits, couplers }: WorkingGraph): Required<QubitProblem> {
  const fields = recordOf(data);
  const lin = doublesFromBase64("lin", fields.lin);
  const quad = doublesFromBase64("quad", fields.quad);
  wantLength("lin", qubits.length, lin.length);
  const linear = qubits.flatMap((qubit, i) => (Number.isNaN(lin[i]) ? [] : [[qubit, lin[i]!] as const]));
  const active = new Set(linear.map(([qubit]) => qubit));
  const live = couplers.filter(([a, b]) => active.has(a) && active.has(b));
  wantLength("quad", live.length, quad.length);
  const quadratic = live.map(([a, b], i) => [a, b, quad[i]!] as const);
  const { offset = 0 } = fields;
  if (typeof offset !== "number")
    throw new QuantumError("LEAP_ANSWER_INVALID", { field: "offset", wanted: "a number", got: offset });
  return { linear, quadratic, offset };
}

/**
 * Decodes an answer. The samples' labels are the active qubits; -1/+1 for ising, 0/1 for qubo. `offset` is that of the problem and
 * is added to the energies when the answer carries none of its own. Throws LEAP_ANSWER_INVALID.
 */
export function decodeQpAnswer(answer: unknown, type: "ising" | "qubo", offset = 0): SampleSet {
  const fields = recordOf(answer);
  const labels = intsFromBase64("active_variables", fields.active_variables);
  const energies = doublesFromBase64("energies", fields.energies);
  const size = labels.length;
  if (new Set(labels).size !== size || labels.some((label) => label < 0))
    throw new QuantumError("LEAP_ANSWER_INVALID", {
      field: "active_variables",
      wanted: "each qubit once",
      got: Array.from(labels),
    });
  const count = energies.length;
  const rowBytes = Math.ceil(size / 8);
  const solutions = bytesFromBase64("solutions", fields.solutions);
  // An answer without samples may pad; with samples each takes whole bytes.
  if (solutions.length < count * rowBytes) wantLength("solutions", count * rowBytes, solutions.length);
  const { num_occurrences: counted } = fields;
  const occurrences = counted === undefined || counted === null ? undefined : intsFromBase64("num_occurrences", counted);
  if (occurrences !== undefined) wantLength("num_occurrences", count, occurrences.length);
  const low = type === "ising" ? -1 : 0;
  const values = new Int8Array(count * size);
  for (let r = 0; r < count; r++) {
    for (let i = 0; i < size; i++) {
      const bit = (solutions[r * rowBytes + (i >> 3)]! >> (7 - (i & 7))) & 1;
      values[r * size + i] = bit === 1 ? 1 : low;
    }
  }
  const shift = typeof fields.offset === "number" ? fields.offset : offset;
  return {
    vartype: type === "ising" ? "SPIN" : "BINARY",
    size,
    count,
    values,
    energies: energies.map((energy) => energy + shift),
    occurrences: occurrences ?? new Int32Array(count).fill(1),
    labels: Array.from(labels),
  };
}

function pairKey(a: number, b: number): string {
  return a < b ? `${a},${b}` : `${b},${a}`;
}

function wantLength(field: string, wanted: number, got: number): void {
  if (wanted !== got) throw new QuantumError("LEAP_ANSWER_INVALID", { field, wanted: `${wanted} entries`, got });
}
