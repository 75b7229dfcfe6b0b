// The entries "i j value" that all our formats consist of: checked as they come, kept in typed arrays that grow with the file (never
// with what its header claims), and searched for repeated pairs at the end by the same linear sort that models use.
import { QuantumError } from "../errors.ts";
import { pairOrder } from "../models/couplings.ts";
import type { FormatLimits } from "./format.ts";

const startCapacity = 1024;

/** Entries as parallel arrays, indexes from 0. */
export interface EntryArrays {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly value: Float64Array;
}

/** Collects the entries of one file. */
export class Entries {
  readonly #format: string;
  readonly #base: 0 | 1;
  readonly #maxVariables: number;
  readonly #maxEntries: number;
  #first = new Int32Array(startCapacity);
  #second = new Int32Array(startCapacity);
  #line = new Int32Array(startCapacity);
  #value = new Float64Array(startCapacity);
  #count = 0;
  #size = 0;

  /** `base` is the file's first index: 1 for Gset-like formats, 0 for qbsolv's. */
  constructor(format: string, base: 0 | 1, { maxVariables = 1_000_000, maxEntries = 50_000_000 }: FormatLimits) {
    this.#format = format;
    this.#base = base;
    this.#maxVariables = maxVariables;
    this.#maxEntries = maxEntries;
  }

  get count(): number {
    return this.#count;
  }

  get size(): number {
    return this.#size;
  }

  /** Sets the number of variables that the header gives. */
  declare(size: number, line: number): void {
    if (size > this.#maxVariables) this.#tooLarge(line, "variables", this.#maxVariables, size);
    this.#size = size;
  }

  /** Takes the three fields of one line. */
  add(fields: readonly string[], line: number): void {
    if (fields.length !== 3) this.wanted(line, "three fields: i j value", fields.join(" "));
    if (this.#count === this.#maxEntries) this.#tooLarge(line, "entries", this.#maxEntries, this.#count + 1);
    if (this.#count === this.#first.length) this.#grow();
    this.#first[this.#count] = this.#index(fields[0]!, line);
    this.#second[this.#count] = this.#index(fields[1]!, line);
    this.#value[this.#count] = number(fields[2]!) ?? this.wanted(line, "a finite number", fields[2]);
    this.#line[this.#count++] = line;
  }

  /** All entries. Throws FORMAT_PAIR_REPEATED when (i,j) or (j,i) comes twice. */
  arrays(): EntryArrays {
    const first = this.#first.slice(0, this.#count);
    const second = this.#second.slice(0, this.#count);
    const low = first.map((u, k) => Math.min(u, second[k]!));
    const high = first.map((u, k) => Math.max(u, second[k]!));
    const order = pairOrder(this.#size, low, high);
    for (let k = 1; k < order.length; k++) {
      const [a, b] = [order[k - 1]!, order[k]!];
      if (low[a] !== low[b] || high[a] !== high[b]) continue;
      const pair = [first[b]! + this.#base, second[b]! + this.#base] as const;
      throw new QuantumError("FORMAT_PAIR_REPEATED", {
        format: this.#format,
        line: this.#line[b]!,
        firstLine: this.#line[a]!,
        pair,
      });
    }
    return { first, second, value: this.#value.slice(0, this.#count) };
  }

  /** Throws FORMAT_SYNTAX for this line. */
  wanted(line: number, wanted: string, got: unknown): never {
    throw new QuantumError("FORMAT_SYNTAX", { format: this.#format, line, wanted, got });
  }

  /** Throws FORMAT_COUNT_WRONG unless the file kept its header's promise. */
  promised(what: string, wanted: number, got: number): void {
    if (wanted !== got) throw new QuantumError("FORMAT_COUNT_WRONG", { format: this.#format, what, wanted, got });
  }

  #index(field: string, line: number): number {
    const index = whole(field);
    const last = this.#size - 1 + this.#base;
    if (index === undefined || index < this.#base || index > last)
      this.wanted(line, `an index from ${this.#base} to ${last}`, field);
    return index - this.#base;
  }

  #tooLarge(line: number, what: string, most: number, got: number): never {
    throw new QuantumError("FORMAT_TOO_LARGE", { format: this.#format, line, what, most, got });
  }

  #grow(): void {
    const grown = <A extends Int32Array | Float64Array>(old: A, wider: A): A => {
      wider.set(old);
      return wider;
    };
    const capacity = this.#first.length * 2;
    this.#first = grown(this.#first, new Int32Array(capacity));
    this.#second = grown(this.#second, new Int32Array(capacity));
    this.#line = grown(this.#line, new Int32Array(capacity));
    this.#value = grown(this.#value, new Float64Array(capacity));
  }
}

/** A line's fields. */
export function fieldsOf(line: string): string[] {
  const trimmed = line.trim();
  return trimmed === "" ? [] : trimmed.split(/\s+/);
}

/** A whole number written in plain digits, or undefined. */
export function whole(field: string | undefined): number | undefined {
  return field !== undefined && /^\d{1,10}$/.test(field) ? Number(field) : undefined;
}

/** A finite decimal number, or undefined: no hexadecimal, no Infinity, no empty text, which Number() would take. */
export function number(field: string | undefined): number | undefined {
  if (field === undefined || !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(field)) return undefined;
  const value = Number(field);
  return Number.isFinite(value) ? value : undefined;
}
