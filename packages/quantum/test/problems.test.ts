import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, evaluated, loadProblem, QuantumError, solveProblem } from "../src/index.ts";
import { Random } from "../src/random.ts";

const seeds = [1, 2, 3, 4, 5];
const close = (a: unknown, b: number, seed: number) =>
  assert.ok(typeof a === "number" && Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b)), `${a} is not ${b} (seed ${seed})`);

async function best(name: string, input: unknown): Promise<Answer> {
  const { answer } = await solveProblem((await loadProblem(name)).build(input), { seed: 1, reads: 40, sweeps: 2000 });
  assert.equal(answer.feasible, true, `${answer.violations.join("; ")} for ${JSON.stringify(input)}`);
  return answer;
}

// Independent of the models: every choice of n things, every assignment of n things to k places, every order.
function* subsets(n: number): Generator<number[]> {
  for (let bits = 0; bits < 2 ** n; bits++) yield Array.from({ length: n }, (_, i) => i).filter((i) => (bits >> i) & 1);
}
function* assignments(n: number, k: number): Generator<number[]> {
  for (let code = 0; code < k ** n; code++) yield Array.from({ length: n }, (_, i) => Math.floor(code / k ** i) % k);
}
function* orders(of: readonly number[]): Generator<number[]> {
  if (of.length === 0) yield [];
  for (const first of of) for (const rest of orders(of.filter((x) => x !== first))) yield [first, ...rest];
}
const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);
const most = (values: Iterable<number>) => [...values].reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
const least = (values: Iterable<number>) => -most([...values].map((v) => -v));
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

interface Edge {
  from: string;
  to: string;
  weight: number;
}

function randomGraph(seed: number, n: number, density = 0.5): { nodes: string[]; edges: Edge[] } {
  const random = new Random(seed, 1);
  const nodes = range(n).map((i) => `n${i}`);
  const pairs = nodes.flatMap((from, i) => nodes.slice(i + 1).map((to) => ({ from, to, weight: 1 + random.below(5) })));
  return { nodes, edges: pairs.filter(() => random.unit() < density) };
}

const isIn = (chosen: readonly number[], node: string) => chosen.includes(Number(node.slice(1)));

test("max-cut: the cut is the heaviest of all divisions", async () => {
  for (const seed of seeds) {
    const graph = randomGraph(seed, 8);
    const cuts = [...subsets(8)].map((side) =>
      sum(graph.edges.filter((e) => isIn(side, e.from) !== isIn(side, e.to)).map((e) => e.weight)),
    );
    close((await best("max-cut", graph)).weight, most(cuts), seed);
  }
});

test("number-partition: the difference is the least of all divisions", async () => {
  for (const seed of seeds) {
    const random = new Random(seed);
    const numbers = range(9).map(() => 1 + random.below(100));
    const differences = [...subsets(9)].map((side) => Math.abs(sum(numbers) - 2 * sum(side.map((i) => numbers[i]!))));
    close((await best("number-partition", { numbers })).difference, least(differences), seed);
  }
});

test("graph-partition: the cut between equal halves is the lightest, with an odd number of nodes too", async () => {
  for (const seed of seeds) {
    const n = 7 + (seed % 2);
    const graph = randomGraph(seed, n);
    const halves = [...subsets(n)].filter((side) => side.length === Math.floor(n / 2));
    const cuts = halves.map((side) =>
      sum(graph.edges.filter((e) => isIn(side, e.from) !== isIn(side, e.to)).map((e) => e.weight)),
    );
    close((await best("graph-partition", graph)).cut, least(cuts), seed);
  }
});

test("knapsack: the value is the greatest within the capacity, with whole and with decimal weights", async () => {
  for (const seed of seeds) {
    const random = new Random(seed);
    const step = seed % 2 ? 1 : 0.5;
    const items = range(8).map((i) => ({ name: `i${i}`, value: 1 + random.below(30), weight: step * (1 + random.below(12)) }));
    const capacity = Math.floor(sum(items.map((i) => i.weight)) / 2) + 0.3;
    const values = [...subsets(8)]
      .filter((chosen) => sum(chosen.map((i) => items[i]!.weight)) <= capacity)
      .map((chosen) => sum(chosen.map((i) => items[i]!.value)));
    close((await best("knapsack", { items, capacity })).value, most(values), seed);
  }
});

test("bin-packing: the bins are as few as any packing needs", async () => {
  for (const seed of seeds) {
    const random = new Random(seed);
    const items = range(5).map((i) => ({ name: `i${i}`, size: 2 + random.below(5) }));
    const counts = [...assignments(5, 5)]
      .filter((places) => range(5).every((b) => sum(items.filter((_, i) => places[i] === b).map((i) => i.size)) <= 8))
      .map((places) => new Set(places).size);
    close((await best("bin-packing", { items, capacity: 8 })).count, least(counts), seed);
  }
});

test("bin-packing: the model prefers two bins where first-fit decreasing needs three", async () => {
  // First-fit decreasing puts 4 + 4 together and needs three bins of 10; 4 + 3 + 3 twice needs two.
  const items = [4, 4, 3, 3, 3, 3].map((size, i) => ({ name: `i${i}`, size }));
  const { cqm, answer } = (await loadProblem("bin-packing")).build({ items, capacity: 10 });
  const worth = (places: readonly number[]) => {
    const third = places.includes(2) ? 1 : 0;
    const sample = [...places.flatMap((bin) => [0, 1, 2].map((b) => (b === bin ? 1 : 0))), third];
    const { energy, feasible } = evaluated(cqm, sample);
    return [energy, feasible, answer(sample).count];
  };
  assert.deepEqual(worth([0, 1, 0, 0, 1, 1]), [2, true, 2]);
  assert.deepEqual(worth([0, 0, 1, 1, 1, 2]), [3, true, 3]);
});

test("set-packing and combinatorial-auction: weight and revenue are the greatest without a conflict", async () => {
  for (const seed of seeds) {
    const random = new Random(seed);
    const sets = range(9).map((i) => ({
      name: `s${i}`,
      members: [...new Set(range(1 + random.below(3)).map(() => `m${random.below(6)}`))],
      weight: 1 + random.below(9),
    }));
    const packs = (chosen: number[]) => {
      const members = chosen.flatMap((i) => sets[i]!.members);
      return new Set(members).size === members.length;
    };
    const weightOf = (chosen: number[]) => sum(chosen.map((i) => sets[i]!.weight));
    close((await best("set-packing", { sets })).weight, most([...subsets(9)].filter(packs).map(weightOf)), seed);
    const bids = sets.map(({ members, weight }, i) => ({ bidder: `b${i % 4}`, items: members, price: weight }));
    const once = (chosen: number[]) => new Set(chosen.map((i) => i % 4)).size === chosen.length;
    for (const exclusive of [false, true]) {
      const allowed = [...subsets(9)].filter((chosen) => packs(chosen) && (!exclusive || once(chosen)));
      close((await best("combinatorial-auction", { bids, exclusive })).revenue, most(allowed.map(weightOf)), seed);
    }
  }
});

test("independent-set and vertex-cover: the sizes are the greatest and the least, and add up to the number of nodes", async () => {
  for (const seed of seeds) {
    const graph = randomGraph(seed, 9, 0.35);
    const free = (chosen: number[]) => graph.edges.every((e) => !(isIn(chosen, e.from) && isIn(chosen, e.to)));
    const size = most([...subsets(9)].filter(free).map((s) => s.length));
    close((await best("independent-set", graph)).size, size, seed);
    close((await best("vertex-cover", graph)).size, 9 - size, seed);
  }
});

test("colouring: a proper colouring is found exactly where there is one", async () => {
  let [possible, impossible] = [0, 0];
  const builder = await loadProblem("colouring");
  for (const seed of seeds)
    for (const colours of [2, 3]) {
      const graph = randomGraph(seed, 6, 0.5);
      const proper = [...assignments(6, colours)].some((c) =>
        graph.edges.every((e) => c[Number(e.from.slice(1))] !== c[Number(e.to.slice(1))]),
      );
      const { answer } = await solveProblem(builder.build({ ...graph, colours }), { reads: 40 });
      assert.equal(answer.feasible, proper, `seed ${seed}, ${colours} colours`);
      if (proper) possible++;
      else impossible++;
    }
  assert.ok(possible > 0 && impossible > 0, `${possible} and ${impossible}`);
});

test("matching: the weight is the greatest, and perfect ones leave no node", async () => {
  for (const seed of seeds) {
    const graph = randomGraph(seed, 6, 0.7);
    const m = graph.edges.length;
    const matches = [...subsets(m)].filter((chosen) => {
      const ends = chosen.flatMap((k) => [graph.edges[k]!.from, graph.edges[k]!.to]);
      return new Set(ends).size === ends.length;
    });
    const weightOf = (chosen: number[]) => sum(chosen.map((k) => graph.edges[k]!.weight));
    close((await best("matching", graph)).weight, most(matches.map(weightOf)), seed);
    const perfect = matches.filter((chosen) => chosen.length === 3);
    if (perfect.length > 0)
      close((await best("matching", { ...graph, perfect: true })).weight, most(perfect.map(weightOf)), seed);
  }
});

test("travelling-salesman: the tour is the shortest, with distances that differ by direction", async () => {
  for (const seed of seeds) {
    const random = new Random(seed);
    const n = 5;
    const distances = range(n).map((i) => range(n).map((j) => (i === j ? 0 : 1 + random.below(50))));
    const lengths = [...orders(range(n).slice(1))].map((rest) => {
      const tour = [0, ...rest, 0];
      return sum(range(n).map((k) => distances[tour[k]!]![tour[k + 1]!]!));
    });
    const answer = await best("travelling-salesman", { distances, cities: range(n).map((i) => `city ${i}`) });
    close(answer.length, least(lengths), seed);
    assert.equal(new Set(answer.tour as string[]).size, n); // why: a feasible tour is a list of names
  }
  assert.equal((await best("travelling-salesman", { distances: [[0]] })).length, 0);
  assert.equal(
    (
      await best("travelling-salesman", {
        distances: [
          [0, 2],
          [3, 0],
        ],
      })
    ).length,
    5,
  );
});

test("quadratic-assignment: the cost is the least of all placements", async () => {
  for (const seed of seeds) {
    const random = new Random(seed);
    const n = 4;
    const some = () => range(n).map(() => range(n).map(() => random.below(9)));
    const [flows, distances] = [some(), some()];
    const costs = [...orders(range(n))].map((at) =>
      sum(range(n).flatMap((f) => range(n).map((g) => flows[f]![g]! * distances[at[f]!]![at[g]!]!))),
    );
    close((await best("quadratic-assignment", { flows, distances })).cost, least(costs), seed);
  }
});

test("job-shop: the makespan is the least of all orders of work", async () => {
  for (const seed of seeds) {
    const random = new Random(seed);
    const jobs = range(3).map(() =>
      (random.unit() < 0.5 ? ["saw", "drill"] : ["drill", "saw"]).map((machine) => ({ machine, duration: 1 + random.below(3) })),
    );
    const queue = jobs.flatMap((steps, job) => steps.map(() => job));
    // Every active schedule is some order of turns in which each job starts its next step as early as it can.
    const spans = [...new Set([...orders(range(queue.length))].map((o) => o.map((k) => queue[k]).join()))].map((turns) => {
      const [machineFree, jobFree, next]: [Record<string, number>, number[], number[]] = [{}, [0, 0, 0], [0, 0, 0]];
      for (const job of turns.split(",").map(Number)) {
        const { machine, duration } = jobs[job]![next[job]!]!;
        const end = Math.max(machineFree[machine] ?? 0, jobFree[job]!) + duration;
        machineFree[machine] = end;
        jobFree[job] = end;
        next[job]!++;
      }
      return most(jobFree);
    });
    close((await best("job-shop", { jobs, horizon: least(spans) + 1 })).makespan, least(spans), seed);
    close((await best("job-shop", { jobs })).makespan, least(spans), seed);
  }
});

function randomCovariance(random: Random, n: number): number[][] {
  const factors = range(n).map(() => range(3).map(() => random.unit() - 0.5));
  return range(n).map((i) => range(n).map((j) => sum(range(3).map((k) => factors[i]![k]! * factors[j]![k]!))));
}

test("portfolio: the utility is the greatest, by number, by budget, and by both", async () => {
  for (const seed of seeds) {
    const random = new Random(seed);
    const n = 8;
    const assets = range(n).map((i) => ({ name: `a${i}`, expectedReturn: random.unit(), price: 1 + random.below(6) }));
    const covariance = randomCovariance(random, n);
    const utility = (of: number[]) =>
      sum(of.map((i) => assets[i]!.expectedReturn)) - 2 * sum(of.flatMap((i) => of.map((j) => covariance[i]![j]!)));
    const cost = (of: number[]) => sum(of.map((i) => assets[i]!.price));
    for (const limits of [{ choose: 3 }, { budget: 10 }, { choose: 3, budget: 9 }]) {
      const allowed = [...subsets(n)].filter(
        (of) => (limits.choose ?? of.length) === of.length && cost(of) <= (limits.budget ?? 1e9),
      );
      if (allowed.length === 0) continue;
      close(
        (await best("portfolio", { assets, covariance, riskAversion: 2, ...limits })).utility,
        most(allowed.map(utility)),
        seed,
      );
    }
  }
});

test("feature-selection: the score is the greatest, for a number of features and for any", async () => {
  for (const seed of seeds) {
    const random = new Random(seed);
    const n = 8;
    const features = range(n).map((i) => ({ name: `f${i}`, relevance: random.unit() }));
    const redundancy = range(n).map(() => range(n).map(() => random.unit() / 2));
    const score = (of: number[]) =>
      sum(of.map((i) => features[i]!.relevance)) -
      sum(of.flatMap((i) => of.filter((j) => j !== i).map((j) => redundancy[i]![j]!)));
    for (const choose of [3, undefined]) {
      const allowed = [...subsets(n)].filter((of) => of.length === (choose ?? of.length));
      const input = { features, redundancy, ...(choose === undefined ? {} : { choose }) };
      close((await best("feature-selection", input)).score, most(allowed.map(score)), seed);
    }
  }
});

test("satisfiability: the weight of broken clauses is the least, for clauses of up to four literals", async () => {
  for (const seed of seeds) {
    const random = new Random(seed);
    const clauses = range(16).map(() => ({
      literals: range(1 + random.below(4)).map(() => (1 + random.below(6)) * (random.unit() < 0.5 ? 1 : -1)),
      weight: 1 + random.below(4),
    }));
    const costs = range(64).map((bits) =>
      sum(
        clauses
          .filter(({ literals }) => !literals.some((l) => ((bits >> (Math.abs(l) - 1)) & 1) === (l > 0 ? 1 : 0)))
          .map((c) => c.weight),
      ),
    );
    close((await best("satisfiability", { clauses })).cost, least(costs), seed);
  }
});

const wrong: [string, string, unknown, (sample: number[]) => void, RegExp][] = [
  [
    "graph-partition",
    "uneven halves",
    { edges: [{ from: "a", to: "b" }] },
    (s) => s.fill(1),
    /halves have 2 and 0 nodes, not 1 and 1/,
  ],
  [
    "knapsack",
    "too much weight",
    { items: [{ name: "x", value: 1, weight: 5 }], capacity: 3 },
    (s) => s.fill(1),
    /weigh 5, more than the capacity 3/,
  ],
  ["bin-packing", "an item in no bin", { items: [{ name: "x", size: 1 }], capacity: 3 }, (s) => s.fill(0), /x is in no bin/],
  [
    "set-packing",
    "a member taken twice",
    {
      sets: [
        { name: "s", members: ["m"] },
        { name: "t", members: ["m"] },
      ],
    },
    (s) => s.fill(1),
    /m is taken by s and t/,
  ],
  [
    "combinatorial-auction",
    "a bidder who wins twice",
    {
      bids: [
        { bidder: "b", items: ["x"], price: 1 },
        { bidder: "b", items: ["y"], price: 1 },
      ],
      exclusive: true,
    },
    (s) => s.fill(1),
    /b wins more than once: bid 0 of b and bid 1 of b/,
  ],
  ["independent-set", "joined nodes", { edges: [{ from: "a", to: "b" }] }, (s) => s.fill(1), /a and b are joined/],
  [
    "vertex-cover",
    "an edge without an end",
    { edges: [{ from: "a", to: "b" }] },
    (s) => s.fill(1),
    /edge of a and b is not covered/,
  ],
  [
    "colouring",
    "two colours at once",
    { edges: [{ from: "a", to: "b" }], colours: 2 },
    (s) => s.fill(1),
    /a has the colours 0 and 1/,
  ],
  [
    "matching",
    "a node matched twice",
    {
      edges: [
        { from: "a", to: "b" },
        { from: "b", to: "c" },
      ],
    },
    (s) => s.fill(1),
    /b is matched 2 times/,
  ],
  [
    "travelling-salesman",
    "a city left out",
    {
      distances: [
        [0, 1],
        [1, 0],
      ],
    },
    (s) => s.fill(0),
    /1 is visited 0 times/,
  ],
  [
    "quadratic-assignment",
    "a facility nowhere",
    { flows: [[0]], distances: [[0]] },
    (s) => s.fill(0),
    /facility 0 stands at 0 locations/,
  ],
  [
    "job-shop",
    "a step that never starts",
    { jobs: [[{ machine: "m", duration: 1 }]] },
    (s) => s.fill(0),
    /step 0 of job 0 starts 0 times/,
  ],
  [
    "job-shop",
    "a machine that does two things at once",
    { jobs: [[{ machine: "m", duration: 2 }], [{ machine: "m", duration: 2 }]] },
    (s) => {
      s.fill(0);
      s[0] = 1;
      s[3] = 1;
    },
    /m does step 0 of job 0 and step 0 of job 1 at once/,
  ],
  [
    "portfolio",
    "a budget exceeded",
    { assets: [{ name: "x", expectedReturn: 1, price: 5 }], covariance: [[1]], budget: 3 },
    (s) => s.fill(1),
    /cost 5, more than the budget 3/,
  ],
  [
    "feature-selection",
    "another number of features",
    { features: [{ name: "x", relevance: 1 }], redundancy: [[0]], choose: 1 },
    (s) => s.fill(0),
    /0 features are chosen, not 1/,
  ],
];
for (const [name, what, input, set, words] of wrong)
  test(`${name}: ${what} is told in words`, async () => {
    const { cqm, answer } = (await loadProblem(name)).build(input);
    const sample = cqm.variables.map(() => 0);
    set(sample);
    const { feasible, violations } = answer(sample);
    assert.equal(feasible, false);
    assert.match(violations.join("; "), words);
  });

const unfit: [string, string, unknown, RegExp][] = [
  ["max-cut", "a loop", { edges: [{ from: "a", to: "a" }] }, /edges\[0\]: wanted two different nodes/],
  [
    "max-cut",
    "an edge given both ways",
    {
      edges: [
        { from: "a", to: "b" },
        { from: "b", to: "a" },
      ],
    },
    /edges\[1\]: wanted each pair/,
  ],
  ["max-cut", "no nodes", { edges: [] }, /at least one node/],
  [
    "knapsack",
    "a name given twice",
    {
      items: [
        { name: "x", value: 1, weight: 1 },
        { name: "x", value: 1, weight: 1 },
      ],
      capacity: 1,
    },
    /items\[1\]: wanted each name once/,
  ],
  [
    "knapsack",
    "a negative weight",
    { items: [{ name: "x", value: 1, weight: -1 }], capacity: 1 },
    /items\[0\].weight: wanted a finite number, at least 0; got -1/,
  ],
  [
    "bin-packing",
    "an item larger than a bin",
    { items: [{ name: "x", size: 4 }], capacity: 3 },
    /items\[0\].size: wanted at most the capacity 3/,
  ],
  ["travelling-salesman", "a matrix that is not square", { distances: [[0, 1]] }, /distances\[0\]: wanted 1 numbers/],
  [
    "travelling-salesman",
    "too few names",
    {
      distances: [
        [0, 1],
        [1, 0],
      ],
      cities: ["a"],
    },
    /cities: wanted 2 names/,
  ],
  [
    "quadratic-assignment",
    "matrices of two sizes",
    {
      flows: [[0]],
      distances: [
        [0, 1],
        [1, 0],
      ],
    },
    /distances: wanted 1 rows/,
  ],
  [
    "job-shop",
    "a horizon shorter than a job",
    { jobs: [[{ machine: "m", duration: 5 }]], horizon: 3 },
    /horizon: wanted at least 5/,
  ],
  [
    "portfolio",
    "a covariance that is not symmetric",
    {
      assets: [
        { name: "x", expectedReturn: 1 },
        { name: "y", expectedReturn: 1 },
      ],
      covariance: [
        [1, 2],
        [0, 1],
      ],
      choose: 1,
    },
    /covariance\[0\]\[1\]: wanted 0, as mirrored/,
  ],
  [
    "portfolio",
    "neither number nor budget",
    { assets: [{ name: "x", expectedReturn: 1 }], covariance: [[1]] },
    /choose: wanted a number of assets, or a budget/,
  ],
  [
    "feature-selection",
    "more features than there are",
    { features: [{ name: "x", relevance: 1 }], redundancy: [[0]], choose: 2 },
    /choose: wanted at most 1/,
  ],
  ["satisfiability", "the literal 0", { clauses: [{ literals: [0] }] }, /literals\[0\]: wanted a variable from 1/],
  [
    "matching",
    "a perfect matching of a lone node",
    { nodes: ["z"], edges: [{ from: "a", to: "b" }], perfect: true },
    /an edge at node z/,
  ],
  [
    "colouring",
    "more rules than a machine holds",
    { edges: range(5000).map((i) => ({ from: `${i}`, to: `${i + 1}` })), colours: 200 },
    /colours: wanted at most 500000 choices and rules/,
  ],
  [
    "job-shop",
    "more starts than a machine holds",
    { jobs: range(50).map(() => [{ machine: "m", duration: 1 }]), horizon: 5000 },
    /horizon: wanted one that leaves at most 20000 starts/,
  ],
  [
    "satisfiability",
    "clauses with too many terms",
    { clauses: range(200).map(() => ({ literals: range(12).map((i) => i + 1) })) },
    /clauses: wanted at most 500000 terms/,
  ],
  ["colouring", "half a colour", { edges: [{ from: "a", to: "b" }], colours: 1.5 }, /colours: wanted a whole number/],
];
for (const [name, what, input, words] of unfit)
  test(`${name}: ${what} is refused`, async () => {
    const builder = await loadProblem(name);
    assert.throws(
      () => builder.build(input),
      (e: unknown) => e instanceof QuantumError && e.code === "PROBLEM_INVALID" && words.test(e.message),
    );
  });
