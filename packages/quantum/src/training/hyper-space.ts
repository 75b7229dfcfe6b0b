// Hyper-parameters as bits. A parameter has levels: the values of a category, or a grid over a range. A category is one-hot; a range is
// a thermometer (bit k is 1 from level k + 1 on), because neighbouring levels then share all bits but one and a model of few
// observations can say something of levels that it never saw; one-hot ranges cannot (the coverage problem of arXiv 2605.04825). What a
// condition switches off has no bits set, and one more bit says that it is on.
import { QuantumError } from "../errors.ts";
import type { Random } from "../random.ts";

/** A value of a hyper-parameter. */
export type ParameterValue = string | number | boolean;

interface Conditional {
  readonly name: string;
  /** The parameter exists only while an earlier categorical one has one of these values. */
  readonly when?: { readonly parameter: string; readonly is: readonly ParameterValue[] };
}

/** A hyper-parameter: a range on a linear or logarithmic grid of `levels` values (default 32, whole ranges up to that in full), or a category. */
export type Parameter = Conditional &
  (
    | {
        readonly kind: "real" | "integer";
        readonly lower: number;
        readonly upper: number;
        readonly scale?: "linear" | "log";
        readonly levels?: number;
      }
    | { readonly kind: "categorical"; readonly values: readonly ParameterValue[] }
  );

/** The hyper-parameters to tune. */
export type Space = readonly Parameter[];

/** One value a parameter, by name; parameters that a condition switches off are absent. */
export type Configuration = Readonly<Record<string, ParameterValue>>;

/** A level number a parameter, -1 where a condition switches it off. */
export type Point = Int32Array;

/** A bit: of which parameter, and what it means to the model, gain x (bit - centre). */
export interface Bit {
  readonly parameter: number;
  readonly gain: number;
  readonly centre: number;
}

interface Axis {
  readonly name: string;
  readonly values: readonly ParameterValue[];
  readonly ordered: boolean;
  readonly log: boolean;
  readonly when: { readonly axis: number; readonly levels: ReadonlySet<number> } | undefined;
  /** The number of its first bit. */
  readonly first: number;
}

const defaultLevels = 32;
const mostLevels = 256;
const mostBits = 2000;

/** A checked space, its levels and its bits. */
export class Grid {
  readonly axes: readonly Axis[];
  readonly bits: readonly Bit[];

  /** Throws TUNING_INVALID. */
  constructor(space: Space) {
    if (space.length === 0) refuse("space", "at least one parameter", space.length);
    const axes: Axis[] = [];
    const bits: Bit[] = [];
    for (const parameter of space) {
      const { name, when } = parameter;
      if (axes.some((axis) => axis.name === name)) refuse("space", "each name once", name);
      const first = bits.length;
      const ordered = parameter.kind !== "categorical";
      const values = parameter.kind === "categorical" ? categories(name, parameter.values) : gridOf(name, parameter);
      const at = axes.length;
      if (when) bits.push({ parameter: at, gain: 1, centre: 0 });
      if (!ordered) for (const _ of values) bits.push({ parameter: at, gain: 1, centre: 0 });
      else {
        const gain = (when ? 1 : 2) / Math.sqrt(Math.max(1, values.length - 1));
        for (let k = 1; k < values.length; k++) bits.push({ parameter: at, gain, centre: when ? 0 : 0.5 });
      }
      const log = parameter.kind !== "categorical" && parameter.scale === "log";
      axes.push({ name, values, ordered, log, first, when: when && conditionOf(name, when, axes) });
    }
    if (bits.length > mostBits) refuse("space", `at most ${mostBits} bits (levels of all parameters)`, bits.length);
    this.axes = axes;
    this.bits = bits;
  }

  /** Whether a parameter exists beside the levels of those before it. */
  on(axis: number, point: ArrayLike<number>): boolean {
    const { when } = this.axes[axis]!;
    return when === undefined || when.levels.has(point[when.axis]!);
  }

  /** Puts -1 where a condition switches off, and `fill`'s level where it switches on. */
  settled(point: Point, fill: (axis: number) => number): Point {
    for (let a = 0; a < point.length; a++) {
      if (!this.on(a, point)) point[a] = -1;
      else if (point[a]! < 0) point[a] = fill(a);
    }
    return point;
  }

  /** Any point, each level alike. */
  any(random: Random): Point {
    return this.settled(new Int32Array(this.axes.length).fill(-1), (a) => random.below(this.axes[a]!.values.length));
  }

  /** The bits of a point. */
  bitsOf(point: Point): Uint8Array {
    const set = new Uint8Array(this.bits.length);
    for (const [a, { values, ordered, first, when }] of this.axes.entries()) {
      const level = point[a]!;
      if (level < 0) continue;
      let at = first;
      if (when) set[at++] = 1;
      if (!ordered) set[at + level] = 1;
      else for (let k = 0; k < values.length - 1; k++) set[at + k] = level > k ? 1 : 0;
    }
    return set;
  }

  /** The point that bits stand for, repaired: the number of a thermometer's bits counts, and the first of a category's. */
  pointOf(bits: ArrayLike<number>, fill: (axis: number) => number): Point {
    const point = new Int32Array(this.axes.length);
    for (const [a, { values, ordered, first, when }] of this.axes.entries()) {
      const at = first + (when ? 1 : 0);
      const length = ordered ? values.length - 1 : values.length;
      let [count, found] = [0, -1];
      for (let k = length - 1; k >= 0; k--) if (bits[at + k]! > 0) [count, found] = [count + 1, k];
      point[a] = ordered ? count : found;
    }
    return this.settled(point, fill);
  }

  configurationOf(point: Point): Configuration {
    return Object.fromEntries(
      this.axes.flatMap(({ name, values }, a) => (point[a]! < 0 ? [] : [[name, values[point[a]!]!] as const])),
    );
  }

  /** The point nearest to a configuration. Throws TUNING_INVALID where a value is missing, unknown or not a number. */
  nearest(field: string, configuration: Configuration): Point {
    const point = new Int32Array(this.axes.length).fill(-1);
    for (const [a, { name, values, ordered, log }] of this.axes.entries()) {
      if (!this.on(a, point)) continue;
      const value = Object.hasOwn(configuration, name) ? configuration[name] : undefined;
      if (!ordered) {
        point[a] = values.indexOf(value!); // why: indexOf of undefined is -1, refused below
        if (point[a] < 0) refuse(`${field}.${name}`, `one of ${values.join(", ")}`, value);
        continue;
      }
      if (typeof value !== "number" || !Number.isFinite(value) || (log && value <= 0))
        refuse(`${field}.${name}`, log ? "a number above 0" : "a finite number", value);
      const from = (v: ParameterValue) => (log ? Math.abs(Math.log(Number(v) / value)) : Math.abs(Number(v) - value));
      point[a] = values.reduce<number>((best, v, k) => (from(v) < from(values[best]!) ? k : best), 0);
    }
    return point;
  }
}

function categories(name: string, values: readonly ParameterValue[]): readonly ParameterValue[] {
  if (values.length < 1 || values.length > mostLevels) refuse(`${name}.values`, `1 to ${mostLevels} values`, values.length);
  if (new Set(values).size !== values.length) refuse(`${name}.values`, "each value once", values);
  return values;
}

function gridOf(name: string, parameter: Extract<Parameter, { kind: "real" | "integer" }>): readonly number[] {
  const { kind, lower, upper, scale = "linear", levels } = parameter;
  const whole = kind === "integer";
  const fits = (v: number) => (whole ? Number.isSafeInteger(v) : Number.isFinite(v));
  if (!fits(lower) || (scale === "log" && lower <= 0))
    refuse(`${name}.lower`, `a ${whole ? "whole" : "finite"} number${scale === "log" ? " above 0" : ""}`, lower);
  if (!fits(upper) || upper < lower)
    refuse(`${name}.upper`, `a ${whole ? "whole" : "finite"} number of at least ${lower}`, upper);
  const count = levels ?? defaultLevels;
  if (!(Number.isSafeInteger(count) && count >= 2 && count <= mostLevels))
    refuse(`${name}.levels`, `a whole number from 2 to ${mostLevels}`, count);
  if (upper === lower) return [lower];
  if (whole && upper - lower < count) return Array.from({ length: upper - lower + 1 }, (_, k) => lower + k);
  const values = Array.from({ length: count }, (_, k) => {
    if (k === 0 || k === count - 1) return k === 0 ? lower : upper;
    const t = k / (count - 1);
    return scale === "log" ? lower * (upper / lower) ** t : lower + (upper - lower) * t;
  });
  return whole ? [...new Set(values.map(Math.round))] : values;
}

function conditionOf(name: string, when: NonNullable<Parameter["when"]>, axes: readonly Axis[]): Axis["when"] {
  const axis = axes.findIndex((other) => other.name === when.parameter && !other.ordered);
  if (axis < 0) refuse(`${name}.when.parameter`, "the name of an earlier categorical parameter", when.parameter);
  const levels = when.is.map((value) => {
    const level = axes[axis]!.values.indexOf(value);
    return level >= 0 ? level : refuse(`${name}.when.is`, `values of ${when.parameter}`, value);
  });
  if (levels.length === 0) refuse(`${name}.when.is`, "at least one value", levels.length);
  return { axis, levels: new Set(levels) };
}

function refuse(field: string, wanted: string, got: unknown): never {
  throw new QuantumError("TUNING_INVALID", { field, wanted, got });
}
