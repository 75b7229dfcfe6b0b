// Weight rounding against nearest and successive (GPTQ-like) rounding, all on the same grids: by the error on calibration inputs, which
// all but nearest minimise, by the error on inputs that none has seen, and by the accuracy of the rounded network.
import { outputError, type RoundingProblem, roundedValues, roundingProblem, roundWeights } from "@entente/quantum";
import type { Row } from "../../contract.ts";
import { draws } from "./draws.ts";
import { type Labelled, texts } from "./labelled.ts";
import { judged, type Network, trained } from "./small-network.ts";
import { verdict } from "./verdict.ts";

interface Layer {
  readonly weights: Float64Array;
  readonly columns: number;
  readonly inputs: Float64Array;
  readonly unseen: Float64Array;
  /** What the rounded weights do to the whole network. */
  readonly accuracy?: (values: Float64Array) => number;
}

/** Random layers and those of a small network trained on texts, at 2 to 4 bits. */
export async function roundingRows(quick: boolean): Promise<Row[]> {
  const rows: Row[] = [];
  const seeds = quick ? 2 : 6;
  for (const [name, layerOf] of [
    ["random 32 x 64", randomLayer],
    ["trained 24 x 128", trainedLayer],
  ] as const) {
    for (const bits of [2, 3, 4]) {
      const measures: Record<string, Record<string, number[]>> = {};
      for (let seed = 1; seed <= seeds; seed++) {
        const { accuracy, unseen, ...layer } = layerOf(seed);
        const problem = await roundingProblem({ ...layer, bits });
        const { second } = await roundingProblem({ ...layer, inputs: unseen, bits });
        for (const [way, levels] of Object.entries(await roundings(problem, seed))) {
          const marks = {
            "error on calibration inputs": outputError(problem, levels),
            "error on unseen inputs": outputError(problem, levels, second),
            ...(accuracy && bits === 2 ? { "accuracy of the network": accuracy(roundedValues(problem, levels)) } : {}),
          };
          for (const [measure, mark] of Object.entries(marks)) {
            measures[measure] ??= {};
            measures[measure][way] ??= [];
            measures[measure][way].push(mark);
          }
        }
      }
      for (const [measure, figures] of Object.entries(measures)) {
        const better = measure.startsWith("accuracy") ? "high" : "low";
        rows.push(...verdict(`rounding, ${name}, ${bits} bits, ${measure}`, "share", better, figures));
      }
    }
  }
  return rows;
}

async function roundings(problem: RoundingProblem, seed: number): Promise<Record<string, Uint8Array>> {
  const upOrDown = await roundWeights(problem, { seed, upOrDown: true });
  const { nearest, successive, levels } = await roundWeights(problem, { seed });
  return {
    nearest,
    "successive (GPTQ-like)": successive,
    "QUBO, up or down (AdaRound)": upOrDown.levels,
    "QUBO, four rounds": levels,
  };
}

// Inputs of a few common causes and a little of their own, as activations are.
function randomLayer(seed: number): Layer {
  const draw = draws(seed);
  const [rows, columns, causes] = [32, 64, 16];
  const mixing = Array.from({ length: causes * columns }, () => draw.normal());
  const inputs = (samples: number) => {
    const values = new Float64Array(samples * columns);
    for (let s = 0; s < samples; s++) {
      const own = Array.from({ length: causes }, () => draw.normal());
      for (let c = 0; c < columns; c++)
        values[s * columns + c] = own.reduce((sum, v, k) => sum + v * mixing[k * columns + c]!, 0.7 * draw.normal());
    }
    return values;
  };
  const weights = Float64Array.from({ length: rows * columns }, () => draw.normal());
  return { weights, columns, inputs: inputs(256), unseen: inputs(512) };
}

function trainedLayer(seed: number): Layer {
  const { train, test } = texts(seed, 800, 600);
  const how = { hidden: 24, rate: 0.3, decay: 1e-4, momentum: 0.9, batch: 16, epochs: 15, activation: "relu", seed } as const;
  const network = trained(train, how);
  const { dimensions, hidden } = network;
  const first = network.first ?? new Float64Array(); // why: hidden is not 0
  const weights = new Float64Array(hidden * dimensions);
  for (let h = 0; h < hidden; h++)
    weights.set(first.subarray(h * (dimensions + 1), h * (dimensions + 1) + dimensions), h * dimensions);
  return {
    weights,
    columns: dimensions,
    inputs: flat(train),
    unseen: flat(test),
    accuracy: (values) => judged(withFirst(network, values), test).accuracy,
  };
}

function withFirst(network: Network, values: Float64Array): Network {
  const { dimensions, hidden } = network;
  const first = Float64Array.from(network.first ?? []);
  for (let h = 0; h < hidden; h++) first.set(values.subarray(h * dimensions, (h + 1) * dimensions), h * (dimensions + 1));
  return { ...network, first };
}

function flat({ points, dimensions }: Labelled): Float64Array {
  const values = new Float64Array(points.length * dimensions);
  for (const [i, point] of points.entries()) values.set(point, i * dimensions);
  return values;
}
