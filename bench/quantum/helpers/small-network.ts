// Small classifiers to judge the helpers by: nearest neighbours, and a network of one hidden layer (or none: logistic regression).
import { draws } from "./draws.ts";
import type { Labelled } from "./labelled.ts";

/** How to train. */
export interface Training {
  readonly hidden: number;
  readonly rate: number;
  readonly decay: number;
  readonly momentum: number;
  readonly batch: number;
  readonly epochs: number;
  readonly activation: "relu" | "tanh";
  readonly seed: number;
}

/** Weights row by row, biases as a last column; `first` is absent in logistic regression. */
export interface Network {
  readonly first: Float64Array | undefined;
  readonly last: Float64Array;
  readonly hidden: number;
  readonly classes: number;
  readonly dimensions: number;
  readonly activation: "relu" | "tanh";
}

/** Logistic regression's training. */
export const logistic: Training = {
  hidden: 0,
  rate: 2,
  decay: 1e-3,
  momentum: 0.9,
  batch: 32,
  epochs: 60,
  activation: "relu",
  seed: 1,
};

/** Trains by stochastic gradient descent with momentum on the cross entropy. */
export function trained({ points, labels, classes, dimensions }: Labelled, how: Training): Network {
  const { hidden, rate, decay, momentum, batch, epochs, activation, seed } = how;
  const draw = draws(seed);
  const matrix = (rows: number, columns: number) =>
    Float64Array.from({ length: rows * (columns + 1) }, (_, i) =>
      i % (columns + 1) === columns ? 0 : (hidden === 0 ? 0 : draw.normal()) / Math.sqrt(columns),
    );
  const first = hidden === 0 ? undefined : matrix(hidden, dimensions);
  const last = matrix(classes, hidden || dimensions);
  const network: Network = { first, last, hidden, classes, dimensions, activation };
  const parameters = first ? [first, last] : [last];
  const speeds = parameters.map((p) => new Float64Array(p.length));
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = draw.shuffled(points.length);
    for (let from = 0; from < order.length; from += batch) {
      const part = order.slice(from, from + batch);
      const gradients = parameters.map((p) => new Float64Array(p.length));
      for (const i of part) descend(network, points[i]!, labels[i]!, gradients);
      for (const [k, p] of parameters.entries()) {
        for (let w = 0; w < p.length; w++) {
          const speed = momentum * speeds[k]![w]! - rate * (gradients[k]![w]! / part.length + decay * p[w]!);
          speeds[k]![w] = speed;
          p[w]! += speed;
        }
      }
    }
  }
  return network;
}

/** What goes into the last layer. */
export function hiddenOf({ first, hidden, dimensions, activation }: Network, point: Float64Array): Float64Array {
  if (!first) return point;
  return product(first, hidden, dimensions, point).map((x) => (activation === "tanh" ? Math.tanh(x) : Math.max(0, x)));
}

/** The share of points whose class the network tells, and the mean cross entropy. */
export function judged(network: Network, { points, labels }: Labelled): { accuracy: number; loss: number } {
  let [right, loss] = [0, 0];
  for (const [i, point] of points.entries()) {
    const chances = softmax(lastOf(network, hiddenOf(network, point)));
    if (chances.indexOf(Math.max(...chances)) === labels[i]) right++;
    loss -= Math.log(Math.max(1e-12, chances[labels[i]!]!));
  }
  return { accuracy: right / points.length, loss: loss / points.length };
}

/** The share of points whose class their nearest neighbour tells. */
export function neighbourAccuracy(train: Labelled, test: Labelled): number {
  let right = 0;
  for (const [i, point] of test.points.entries()) {
    let [best, most] = [0, Number.NEGATIVE_INFINITY];
    for (const [j, other] of train.points.entries()) {
      let dot = 0;
      for (let k = 0; k < point.length; k++) dot += point[k]! * other[k]!;
      if (dot > most) [best, most] = [j, dot];
    }
    if (train.labels[best] === test.labels[i]) right++;
  }
  return right / test.points.length;
}

function descend(network: Network, point: Float64Array, label: number, gradients: readonly Float64Array[]): void {
  const { first, last, hidden, classes, dimensions, activation } = network;
  const inside = hiddenOf(network, point);
  const width = inside.length;
  const error = softmax(lastOf(network, inside));
  error[label]! -= 1;
  const back = new Float64Array(width);
  const own = gradients[gradients.length - 1]!;
  for (let c = 0; c < classes; c++) {
    for (let h = 0; h < width; h++) {
      own[c * (width + 1) + h]! += error[c]! * inside[h]!;
      back[h]! += error[c]! * last[c * (width + 1) + h]!;
    }
    own[c * (width + 1) + width]! += error[c]!;
  }
  if (!first) return;
  for (let h = 0; h < hidden; h++) {
    const slope = back[h]! * (activation === "tanh" ? 1 - inside[h]! ** 2 : inside[h]! > 0 ? 1 : 0);
    if (slope === 0) continue;
    const at = h * (dimensions + 1);
    for (let d = 0; d < dimensions; d++) gradients[0]![at + d]! += slope * point[d]!;
    gradients[0]![at + dimensions]! += slope;
  }
}

const lastOf = ({ last, classes, hidden, dimensions }: Network, inside: Float64Array) =>
  product(last, classes, hidden || dimensions, inside);

function product(matrix: Float64Array, rows: number, columns: number, v: Float64Array): Float64Array {
  return Float64Array.from({ length: rows }, (_, r) => {
    const at = r * (columns + 1);
    let sum = matrix[at + columns]!;
    for (let c = 0; c < columns; c++) sum += matrix[at + c]! * v[c]!;
    return sum;
  });
}

function softmax(values: Float64Array): Float64Array {
  const most = Math.max(...values);
  const raised = values.map((v) => Math.exp(v - most));
  const sum = raised.reduce((a, b) => a + b, 0);
  return raised.map((v) => v / sum);
}
