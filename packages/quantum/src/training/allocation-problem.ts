import { QuantumError } from "../errors.ts";

/** One option of a layer: a rank or a bit width by name, what it costs of the budget (at least 0) and what it is worth. */
export interface LayerOption {
  readonly name: string;
  readonly cost: number;
  readonly value: number;
}

/** A layer and the options of which it gets exactly one. */
export interface LayerChoices {
  readonly name: string;
  readonly options: readonly LayerOption[];
}

/** What two options of two layers are worth together, beyond their own values (negative where they get in each other's way). */
export interface OptionPair {
  readonly first: readonly [layer: string, option: string];
  readonly second: readonly [layer: string, option: string];
  readonly value: number;
}

/** Layers, what pairs of choices add, and what all choices together may cost. */
export interface AllocationInput {
  readonly layers: readonly LayerChoices[];
  readonly pairs?: readonly OptionPair[];
  readonly budget: number;
}

/** A checked allocation, by index. */
export interface AllocationProblem {
  readonly layers: readonly LayerChoices[];
  /** Of the layers in their order, the first before the second, each pair of options once, nothing worth 0. */
  readonly pairs: readonly AllocationPair[];
  readonly budget: number;
}

/** An OptionPair by index. */
export interface AllocationPair {
  readonly layers: readonly [number, number];
  readonly options: readonly [number, number];
  readonly value: number;
}

/** What a choice may cost: the budget, and what adding costs up may round. */
export function allowanceOf({ budget }: AllocationProblem): number {
  return budget + 1e-9 * Math.max(1, Math.abs(budget));
}

/** Value (pairs included) and cost of a choice of one option a layer. */
export function weighed({ layers, pairs }: AllocationProblem, choice: readonly number[]): { value: number; cost: number } {
  let [value, cost] = [0, 0];
  for (const [l, { options }] of layers.entries()) {
    value += options[choice[l]!]!.value;
    cost += options[choice[l]!]!.cost;
  }
  for (const pair of pairs) {
    if (choice[pair.layers[0]] === pair.options[0] && choice[pair.layers[1]] === pair.options[1]) value += pair.value;
  }
  return { value, cost };
}

/** Checks an allocation. Throws ALLOCATION_INVALID, also where even the cheapest options exceed the budget. */
export function allocationProblem({ layers, pairs = [], budget }: AllocationInput): AllocationProblem {
  if (!Number.isFinite(budget)) refuse("budget", "a finite number", budget);
  const layerAt = new Map<string, number>();
  const optionAt = layers.map(({ name, options }, l) => {
    if (layerAt.has(name)) refuse("layers", "each name once", name);
    layerAt.set(name, l);
    if (options.length === 0) refuse(`layer ${name}`, "at least one option", options.length);
    const at = new Map<string, number>();
    for (const [o, option] of options.entries()) {
      if (at.has(option.name)) refuse(`layer ${name}, options`, "each name once", option.name);
      at.set(option.name, o);
      if (!(option.cost >= 0 && Number.isFinite(option.cost)))
        refuse(`layer ${name}, ${option.name}.cost`, "a finite number of at least 0", option.cost);
      if (!Number.isFinite(option.value)) refuse(`layer ${name}, ${option.name}.value`, "a finite number", option.value);
    }
    return at;
  });
  const find = (field: string, [layer, option]: readonly [string, string]): readonly [number, number] => {
    const l = layerAt.get(layer) ?? refuse(field, "the name of a layer", layer);
    return [l, optionAt[l]!.get(option) ?? refuse(field, `an option of layer ${layer}`, option)];
  };
  const joined = new Map<string, AllocationPair>();
  for (const [p, { first, second, value }] of pairs.entries()) {
    if (!Number.isFinite(value)) refuse(`pairs[${p}].value`, "a finite number", value);
    const ends = [find(`pairs[${p}].first`, first), find(`pairs[${p}].second`, second)].sort((a, b) => a[0] - b[0]);
    const [[l1, o1], [l2, o2]] = [ends[0]!, ends[1]!];
    if (l1 === l2) refuse(`pairs[${p}]`, "options of two layers", first[0]);
    const key = `${l1},${o1},${l2},${o2}`;
    joined.set(key, { layers: [l1, l2], options: [o1, o2], value: value + (joined.get(key)?.value ?? 0) });
  }
  const problem = { layers, pairs: [...joined.values()].filter(({ value }) => value !== 0), budget };
  const least = layers.reduce((sum, { options }) => sum + Math.min(...options.map(({ cost }) => cost)), 0);
  if (least > allowanceOf(problem)) refuse("budget", `at least ${least}, what the cheapest options cost`, budget);
  return problem;
}

function refuse(field: string, wanted: string, got: unknown): never {
  throw new QuantumError("ALLOCATION_INVALID", { field, wanted, got });
}
