// Tuning against random search and the Parzen estimator at equal evaluations: test functions (regret to the known optimum), a made-up
// space with conditions, and the training of a small network on texts. Suggestions lie on grids; random and Parzen are free to take any
// value of a range.
import { type Configuration, type Observation, type Space, type Surrogate, suggest } from "@entente/quantum";
import type { Row } from "../../contract.ts";
import { type Draws, draws } from "./draws.ts";
import { texts } from "./labelled.ts";
import { judged, trained } from "./small-network.ts";
import { functions, type Task } from "./test-functions.ts";
import { atRandom, treeParzen } from "./tree-parzen.ts";
import { verdict } from "./verdict.ts";

type Way = (space: Space, observations: readonly Observation[], seed: number, draw: Draws) => Promise<Configuration>;

const ours =
  (surrogate: Surrogate): Way =>
  async (space, observations, seed) =>
    (await suggest(space, observations, { seed, surrogate })).configurations[0]!;
const ways: Readonly<Record<string, Way>> = {
  random: async (space, _, __, draw) => atRandom(space, draw),
  "Parzen (TPE)": async (space, observations, _, draw) => treeParzen(space, observations, draw),
  "QUBO, Bayesian quadratic": ours("bayesian"),
  "QUBO, factorisation machine": ours("factorisation-machine"),
};

/** The best loss after 25 and after 50 evaluations. */
export async function tuningRows(quick: boolean): Promise<Row[]> {
  const rows: Row[] = [];
  const seeds = quick ? 2 : 8;
  const looks = quick ? [15] : [25, 50];
  const tasks: readonly (Task | ((seed: number) => Task))[] = [...functions, networkTask];
  for (const given of tasks) {
    const figures = looks.map((): Record<string, number[]> => ({}));
    let name = "";
    for (let seed = 1; seed <= seeds; seed++) {
      const task = typeof given === "function" ? given(seed) : given;
      name = task.name;
      for (const [way, next] of Object.entries(ways)) {
        const draw = draws(seed);
        const observations: Observation[] = [];
        let best = Number.POSITIVE_INFINITY;
        while (observations.length < Math.max(...looks)) {
          const configuration = await next(task.space, observations, seed, draw);
          const value = task.loss(configuration);
          observations.push({ configuration, value });
          best = Math.min(best, value);
          const look = looks.indexOf(observations.length);
          if (look < 0) continue;
          figures[look]![way] ??= [];
          figures[look]![way].push(best);
        }
      }
    }
    for (const [k, look] of looks.entries())
      rows.push(...verdict(`tuning, ${name}, ${look} evaluations`, "loss", "low", figures[k]!));
  }
  return rows;
}

// A small network on texts: the loss on held-out texts.
function networkTask(seed: number): Task {
  const { train, test } = texts(seed, 200, 200);
  return {
    name: "network on texts",
    space: [
      { kind: "real", name: "rate", lower: 1e-3, upper: 3, scale: "log" },
      { kind: "real", name: "decay", lower: 1e-6, upper: 1e-1, scale: "log" },
      { kind: "integer", name: "batch", lower: 4, upper: 64, scale: "log" },
      { kind: "integer", name: "epochs", lower: 1, upper: 8 },
      { kind: "categorical", name: "activation", values: ["relu", "tanh"] },
      { kind: "categorical", name: "optimiser", values: ["plain", "momentum"] },
      { kind: "real", name: "momentum", lower: 0.5, upper: 0.99, when: { parameter: "optimiser", is: ["momentum"] } },
    ],
    loss: ({ rate, decay, batch, epochs, activation, momentum }) => {
      const { loss } = judged(
        trained(train, {
          hidden: 12,
          rate: Number(rate),
          decay: Number(decay),
          batch: Number(batch),
          epochs: Number(epochs),
          activation: activation === "relu" ? "relu" : "tanh",
          momentum: Number(momentum ?? 0),
          seed,
        }),
        test,
      );
      return Number.isFinite(loss) ? Math.min(loss, 30) : 30; // diverged
    },
  };
}
