// Numbers as sums of bits. A range of r units is 1 + 2 + 4 + ... + rest, the bounded-coefficient binary encoding (Karimi & Ronagh
// 2019, arXiv 1706.01945, with the bound left out): every value of the range has a sum and no sum leaves the range, so an integer
// needs no penalty of its own. Rejected: one-hot and unary, which need a bit a value; powers of two alone, which overshoot.

/** An affine function of bits: offset + sum of coefficient * bit. */
export interface Affine {
  readonly offset: number;
  readonly terms: ReadonlyMap<number, number>;
}

/** The coefficients that reach every multiple of `unit` from 0 to `range`, and `range` itself where it is no multiple. */
export function coefficientsOf(range: number, unit: number): number[] {
  const coefficients: number[] = [];
  let left = range;
  for (let power = unit; left > unit * 1e-9; power *= 2) {
    const coefficient = power < left * (1 - 1e-12) ? power : left;
    coefficients.push(coefficient);
    left -= coefficient;
  }
  return coefficients;
}

/** The value at a sample of bits. */
export function affineValue({ offset, terms }: Affine, bits: ArrayLike<number>): number {
  let value = offset;
  for (const [bit, coefficient] of terms) value += coefficient * bits[bit]!;
  return value;
}

/** The least and the greatest value over all bits. */
export function affineRange({ offset, terms }: Affine): readonly [number, number] {
  let [least, most] = [offset, offset];
  for (const coefficient of terms.values()) {
    if (coefficient < 0) least += coefficient;
    else most += coefficient;
  }
  return [least, most];
}

/** The sum of multiples of affine functions and a constant. */
export function affineSum(constant: number, parts: Iterable<readonly [number, Affine]>): Affine {
  let offset = constant;
  const terms = new Map<number, number>();
  for (const [factor, part] of parts) {
    offset += factor * part.offset;
    for (const [bit, coefficient] of part.terms) terms.set(bit, (terms.get(bit) ?? 0) + factor * coefficient);
  }
  for (const [bit, coefficient] of terms) if (coefficient === 0) terms.delete(bit);
  return { offset, terms };
}

/** Gives out bits, one name each. */
export class Bits {
  readonly names: (string | number)[] = [];
  readonly #taken = new Set<string | number>();

  /** A new bit; a name that is taken gets a prime. */
  add(name: string | number): number {
    let free = name;
    while (this.#taken.has(free)) free = `${free}'`;
    this.#taken.add(free);
    return this.names.push(free) - 1;
  }

  /** A new number from `least` to `least + range` in steps of at most `unit`. */
  number(name: string | number, least: number, range: number, unit: number): Affine {
    const coefficients = coefficientsOf(range, unit);
    return { offset: least, terms: new Map(coefficients.map((c, k) => [this.add(`${name}#${k}`), c])) };
  }
}
