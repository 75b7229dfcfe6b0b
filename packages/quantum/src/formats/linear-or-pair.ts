import { type Bqm, bqmFromPairs, type Vartype } from "../models/bqm.ts";
import type { EntryArrays } from "./entries.ts";

/** A model from entries where "i i v" is a linear bias (times `own`) and "i j v" a coupling (times `shared`). */
export function modelFromEntries(vartype: Vartype, entries: EntryArrays, size: number, offset: number, own = 1, shared = 1): Bqm {
  const { first, second, value } = entries;
  const linear = new Float64Array(size);
  const pairs: number[] = [];
  for (let k = 0; k < value.length; k++) {
    if (first[k] === second[k])
      linear[first[k]!] = own * value[k]! + 0; // -0 becomes 0
    else pairs.push(k);
  }
  const rows = Int32Array.from(pairs, (k) => first[k]!);
  const columns = Int32Array.from(pairs, (k) => second[k]!);
  const biases = Float64Array.from(pairs, (k) => shared * value[k]!);
  return bqmFromPairs({ vartype, size, linear, rows, columns, biases, offset, repeated: "refuse" });
}

/** How many linear biases are not 0. */
export function biasedCount({ linear }: Bqm): number {
  return linear.reduce((count, h) => count + (h === 0 ? 0 : 1), 0);
}

/** The entries of a model, linear biases other than 0 first, with indexes from `base`. */
export function* entryLines({ size, linear, rows, columns, biases }: Bqm, base: 0 | 1, own = 1, shared = 1): Generator<string> {
  for (let i = 0; i < size; i++) if (linear[i] !== 0) yield `${i + base} ${i + base} ${own * linear[i]!}`;
  for (let k = 0; k < biases.length; k++) yield `${rows[k]! + base} ${columns[k]! + base} ${shared * biases[k]!}`;
}
