// A model on the qubits of an embedding. Linear biases are shared out evenly over the chain, a quadratic bias over all couplers
// between its two chains, and every coupler inside a chain holds it together. The offset is chosen so that a sample without broken
// chains has the energy that it has in the source model.
import { QuantumError } from "../errors.ts";
import { type Bqm, bqmFromPairs } from "../models/bqm.ts";
import type { Adjacency } from "../topology/chip.ts";
import { torqueCompensation } from "./chain-strength.ts";
import type { Embedding } from "./embedding.ts";

/** One model and where its variables are. */
export interface Placed {
  readonly model: Bqm;
  readonly embedding: Embedding;
  /** How strongly chains hold together; torque compensation of this model by default. */
  readonly chainStrength?: number;
}

/**
 * The model of all qubits in use, labelled by qubit, ascending: of one embedded model, or of several on disjoint qubits (they must
 * have one vartype, and share the chip's scale: bring them to like ranges first). Throws EMBEDDING_INVALID, OPTION_INVALID.
 */
export function embeddedModel(placed: readonly Placed[], target: Adjacency): Bqm {
  const qubits = Int32Array.from(placed.flatMap(({ embedding }) => embedding.flat())).sort();
  const indexOf = new Map(Array.from(qubits, (q, i) => [q, i]));
  if (indexOf.size < qubits.length) invalid("each qubit in one chain only", "some qubit twice");
  const vartype = placed[0]?.model.vartype ?? "SPIN";
  const linear = new Float64Array(qubits.length);
  const [rows, columns, biases]: [number[], number[], number[]] = [[], [], []];
  let offset = 0;
  for (const { model, embedding, chainStrength = torqueCompensation(model) } of placed) {
    if (model.vartype !== vartype) invalid(`models of vartype ${vartype}`, model.vartype);
    if (!(chainStrength > 0 && Number.isFinite(chainStrength)))
      throw new QuantumError("OPTION_INVALID", { option: "chainStrength", wanted: "a positive number", got: chainStrength });
    if (embedding.length !== model.size) invalid(`${model.size} chains`, embedding.length);
    offset += model.offset;
    for (const [v, chain] of embedding.entries()) {
      if (chain.length === 0) invalid(`at least one qubit for variable ${v}`, chain);
      for (const q of chain) linear[indexOf.get(q)!]! += model.linear[v]! / chain.length;
      const inside = couplersBetween(target, chain, chain).filter(([p, q]) => p < q);
      if (inside.length < chain.length - 1) invalid(`a connected chain for variable ${v}`, chain);
      for (const [p, q] of inside) {
        rows.push(indexOf.get(p)!);
        columns.push(indexOf.get(q)!);
        // -strength * s * t + strength, which is 0 where both agree; for bits 2 * strength * (x + y - 2xy).
        biases.push(vartype === "SPIN" ? -chainStrength : -4 * chainStrength);
        if (vartype === "SPIN") offset += chainStrength;
        else for (const end of [p, q]) linear[indexOf.get(end)!]! += 2 * chainStrength;
      }
    }
    for (let k = 0; k < model.biases.length; k++) {
      const [u, v] = [model.rows[k]!, model.columns[k]!];
      const between = couplersBetween(target, embedding[u]!, embedding[v]!);
      if (between.length === 0) invalid(`a coupler between the chains of ${u} and ${v}`, "none");
      for (const [p, q] of between) {
        rows.push(indexOf.get(p)!);
        columns.push(indexOf.get(q)!);
        biases.push(model.biases[k]! / between.length);
      }
    }
  }
  return bqmFromPairs({ vartype, size: qubits.length, linear, rows, columns, biases, offset, labels: Array.from(qubits) });
}

/** The couplers that join two chains, or those inside one, each from both ends, where they are the same. */
export function couplersBetween(
  { start, neighbours }: Adjacency,
  from: readonly number[],
  to: readonly number[],
): [number, number][] {
  const wanted = new Set(to);
  const found: [number, number][] = [];
  for (const p of from) {
    for (let e = start[p]!; e < start[p + 1]!; e++) if (wanted.has(neighbours[e]!)) found.push([p, neighbours[e]!]);
  }
  return found;
}

function invalid(wanted: string, got: unknown): never {
  throw new QuantumError("EMBEDDING_INVALID", { wanted, got });
}
