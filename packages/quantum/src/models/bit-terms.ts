import type { Affine } from "./bit-encoding.ts";

/** A quadratic polynomial over bits that is being summed up; x*x counts as x. */
export class BitTerms {
  offset = 0;
  readonly linear = new Map<number, number>();
  readonly first: number[] = [];
  readonly second: number[] = [];
  readonly bias: number[] = [];

  add(bit: number, bias: number): void {
    this.linear.set(bit, (this.linear.get(bit) ?? 0) + bias);
  }

  addPair(u: number, v: number, bias: number): void {
    if (u === v) {
      this.add(u, bias);
      return;
    }
    this.first.push(u);
    this.second.push(v);
    this.bias.push(bias);
  }

  /** Adds factor * a. */
  addAffine(factor: number, a: Affine): void {
    this.offset += factor * a.offset;
    for (const [bit, c] of a.terms) this.add(bit, factor * c);
  }

  /** Adds factor * a * b. */
  addProduct(factor: number, a: Affine, b: Affine): void {
    this.offset += factor * a.offset * b.offset;
    for (const [bit, c] of a.terms) this.add(bit, factor * c * b.offset);
    for (const [bit, c] of b.terms) this.add(bit, factor * c * a.offset);
    for (const [u, c] of a.terms) for (const [v, d] of b.terms) this.addPair(u, v, factor * c * d);
  }

  /** Adds factor * a * a, each pair once: half of what `addProduct` would write. */
  addSquare(factor: number, { offset, terms }: Affine): void {
    this.offset += factor * offset * offset;
    const all = [...terms];
    for (const [i, [u, c]] of all.entries()) {
      this.add(u, factor * c * (c + 2 * offset));
      for (let j = i + 1; j < all.length; j++) this.addPair(u, all[j]![0], 2 * factor * c * all[j]![1]);
    }
  }

  /** A bound on how far two values of the polynomial lie apart: the sum of the sizes of its terms. */
  get spread(): number {
    let sum = 0;
    for (const bias of this.linear.values()) sum += Math.abs(bias);
    for (const bias of this.bias) sum += Math.abs(bias);
    return sum;
  }

  /** The size of the largest single term of each bit. */
  largestTerms(size: number): Float64Array {
    const largest = new Float64Array(size);
    const note = (bit: number, bias: number) => {
      largest[bit] = Math.max(largest[bit]!, Math.abs(bias));
    };
    for (const [bit, bias] of this.linear) note(bit, bias);
    for (const [k, bias] of this.bias.entries()) {
      note(this.first[k]!, bias);
      note(this.second[k]!, bias);
    }
    return largest;
  }
}
