// The instances of the quantum bench: files of a folder with their best known values, and others made here from seeds.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { type Bqm, bqmFromPairs, maxCutFormat, maxCutModel, parse, qFormat } from "@entente/quantum";
import { figures } from "./figures.ts";

/** A model to minimise; where a best value is known, `best` is that of minus the energy. */
export interface Instance {
  readonly name: string;
  readonly model: Bqm;
  readonly best?: number;
}

/** The instances in `dir` (.mc and .q files), or of the shared test data; none where there is neither. */
export function readInstances(dir: unknown, known: unknown): readonly Instance[] {
  const folder = typeof dir === "string" ? dir : sharedFolder();
  if (folder === undefined) return [];
  const file = typeof known === "string" ? known : join(folder, "known.json");
  const best: Record<string, { best: number }> = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  return readdirSync(folder)
    .filter((name) => [".mc", ".q"].includes(extname(name)))
    .map((entry) => {
      const text = readFileSync(join(folder, entry), "utf8");
      const name = basename(entry, extname(entry));
      const model = extname(entry) === ".mc" ? maxCutModel(parse(maxCutFormat, text)) : parse(qFormat, text);
      const value = best[name]?.best;
      return { name, model, ...(value === undefined ? {} : { best: value }) };
    });
}

/** Instances that no solver here was tuned on, from seeds: six kinds of couplings on six kinds of graphs. */
export function unseenInstances(): readonly Instance[] {
  return [
    { name: "random degree 6, +-1, n 3000", model: random(3000, 9000, 201, sign) },
    { name: "random degree 10, Gaussian, n 2000", model: random(2000, 10_000, 202, gaussian) },
    { name: "cubic lattice 16^3, +-1", model: lattice(16, 203, sign) },
    { name: "cubic lattice 14^3, Gaussian", model: lattice(14, 204, gaussian) },
    { name: "random degree 4, cut, n 8000", model: random(8000, 16_000, 205, () => 1) },
    { name: "random degree 30, weights 1 to 9, n 1500", model: random(1500, 22_500, 206, (next) => 1 + Math.floor(9 * next())) },
  ];
}

/** Palubeckis' generator: n variables, `density` per cent, from a seed. `palubeckis(3000, 50, 31000)` is p3000.1. */
export function palubeckis(n: number, density: number, seed: number): Bqm {
  let state = seed;
  const next = () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_648;
  };
  const linear = new Float64Array(n);
  const [rows, columns, biases]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < n; i++) {
    linear[i] = -Math.floor(201 * next() - 100);
    for (let j = i + 1; j < n; j++) {
      if (100 * next() > density) continue;
      rows.push(i);
      columns.push(j);
      biases.push(-2 * Math.floor(201 * next() - 100));
    }
  }
  return bqmFromPairs({ vartype: "BINARY", size: n, linear, rows, columns, biases });
}

type Bias = (next: () => number) => number;

const sign: Bias = (next) => (next() < 0.5 ? -1 : 1);
const gaussian: Bias = (next) => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

function random(size: number, couplings: number, seed: number, bias: Bias): Bqm {
  const next = figures(seed);
  const pairs = new Set<number>();
  while (pairs.size < couplings) {
    const [u, v] = [Math.floor(next() * size), Math.floor(next() * size)];
    if (u !== v) pairs.add(Math.min(u, v) * size + Math.max(u, v));
  }
  const sorted = [...pairs];
  return bqmFromPairs({
    vartype: "SPIN",
    size,
    rows: sorted.map((p) => Math.floor(p / size)),
    columns: sorted.map((p) => p % size),
    biases: sorted.map(() => bias(next)),
  });
}

function lattice(side: number, seed: number, bias: Bias): Bqm {
  const next = figures(seed);
  const size = side ** 3;
  const [rows, columns]: [number[], number[]] = [[], []];
  for (let i = 0; i < size; i++) {
    const [x, y, z] = [i % side, Math.floor(i / side) % side, Math.floor(i / side ** 2)];
    rows.push(i, i, i);
    columns.push(i - x + ((x + 1) % side), i + (((y + 1) % side) - y) * side, i + (((z + 1) % side) - z) * side ** 2);
  }
  return bqmFromPairs({ vartype: "SPIN", size, rows, columns, biases: rows.map(() => bias(next)) });
}

function sharedFolder(): string | undefined {
  for (let dir = import.meta.dirname; dir !== dirname(dir); dir = dirname(dir)) {
    const folder = join(dir, "shared", "data", "qubo");
    if (existsSync(folder)) return folder;
  }
  return undefined;
}
