import type { Configuration, Space } from "@entente/quantum";

/** Something to tune: to be low. */
export interface Task {
  readonly name: string;
  readonly space: Space;
  readonly loss: (configuration: Configuration) => number;
}

const reals = (names: string, lower: number, upper: number): Space =>
  [...names].map((name) => ({ kind: "real", name, lower, upper }));
const of = (configuration: Configuration, names: string) => [...names].map((name) => Number(configuration[name]));

const hartmannA = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const hartmannP = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

/** Functions with a known least value of about 0 (Surjanovic and Bingham's library), and one of our own with categories and conditions. */
export const functions: readonly Task[] = [
  {
    name: "Branin, 2 reals",
    space: [
      { kind: "real", name: "x", lower: -5, upper: 10 },
      { kind: "real", name: "y", lower: 0, upper: 15 },
    ],
    loss(configuration) {
      const [x, y] = of(configuration, "xy") as [number, number]; // why: two names, two numbers
      const inner = y - (5.1 * x * x) / (4 * Math.PI ** 2) + (5 * x) / Math.PI - 6;
      return inner ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10 - 0.397887;
    },
  },
  {
    name: "Hartmann, 6 reals",
    space: reals("abcdef", 0, 1),
    loss(configuration) {
      const x = of(configuration, "abcdef");
      const sum = [1, 1.2, 3, 3.2].reduce((total, alpha, i) => {
        const far = x.reduce((d, v, j) => d + hartmannA[i]![j]! * (v - hartmannP[i]![j]!) ** 2, 0);
        return total + alpha * Math.exp(-far);
      }, 0);
      return 3.32237 - sum;
    },
  },
  {
    name: "Rosenbrock, 4 reals",
    space: reals("abcd", -2, 2),
    loss(configuration) {
      const x = of(configuration, "abcd");
      return x.slice(1).reduce((sum, v, i) => sum + 100 * (v - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2, 0);
    },
  },
  {
    name: "Ackley, 5 reals",
    space: reals("abcde", -10, 15), // not even about the optimum
    loss(configuration) {
      const x = of(configuration, "abcde");
      const square = x.reduce((sum, v) => sum + v * v, 0) / 5;
      const waves = x.reduce((sum, v) => sum + Math.cos(2 * Math.PI * v), 0) / 5;
      return -20 * Math.exp(-0.2 * Math.sqrt(square)) - Math.exp(waves) + 20 + Math.E;
    },
  },
  {
    name: "6 interacting categories of 5",
    space: [..."abcdef"].map((name) => ({ kind: "categorical", name, values: [0, 1, 2, 3, 4] })),
    loss(configuration) {
      const x = of(configuration, "abcdef");
      let sum = 0;
      for (let i = 0; i < 6; i++)
        for (let j = i + 1; j < 6; j++) sum += Math.sin(7 * i + 3 * j + 1.7 * x[i]! + 2.9 * x[j]! * (1 + i));
      return sum;
    },
  },
  {
    name: "a rate, a depth, and parameters of three kinds under conditions",
    space: [
      { kind: "categorical", name: "kind", values: ["plain", "momentum", "adaptive"] },
      { kind: "real", name: "rate", lower: 1e-5, upper: 10, scale: "log" },
      { kind: "integer", name: "depth", lower: 1, upper: 12 },
      { kind: "real", name: "momentum", lower: 0, upper: 1, when: { parameter: "kind", is: ["momentum"] } },
      { kind: "real", name: "beta", lower: 0.001, upper: 1, scale: "log", when: { parameter: "kind", is: ["adaptive"] } },
    ],
    loss({ kind, rate, depth, momentum, beta }) {
      const log = Math.log10(Number(rate));
      const best = kind === "adaptive" ? -3 : kind === "momentum" ? -1.5 - Number(momentum) : -0.5;
      const own =
        kind === "adaptive" ? (Math.log10(Number(beta)) + 1.5) ** 2 : kind === "momentum" ? 2 * (0.9 - Number(momentum)) ** 2 : 0;
      const floor = { plain: 0.6, momentum: 0.3, adaptive: 0 }[String(kind)] ?? 0;
      return floor + (log - best + 0.1 * (Number(depth) - 6)) ** 2 + 0.05 * (Number(depth) - 7) ** 2 + own;
    },
  },
];
