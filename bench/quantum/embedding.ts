// Embedding against the real minorminer at its defaults, in turns in one run: CPU time of one thread, qubits, success. Also the
// largest clique of Pegasus 16 by construction. Without ENTENTE_OCEAN_PYTHON (a python with minorminer) the peer's rows are left out.
import { adjacencyOf, checkEmbedding, cliqueEmbedding, findEmbedding, pegasus, type SourceGraph, zephyr } from "@entente/quantum";
import { type Row, row } from "../contract.ts";
import { Minorminer, type PeerRun } from "./minorminer.ts";

/** All rows; `quick` runs two seeds and leaves out the clique of 60. */
export async function embeddingRows(quick: boolean): Promise<Row[]> {
  const python = process.env.ENTENTE_OCEAN_PYTHON;
  const rows: Row[] = [];
  if (python === undefined) rows.push(row("minorminer: left out, ENTENTE_OCEAN_PYTHON is not set", 0, ""));
  using peer = python === undefined ? undefined : new Minorminer(python);
  const seeds = quick ? [1, 2] : [1, 2, 3, 4, 5];
  const chips = [
    ["P16", pegasus(16)],
    ["Z12", zephyr(12)],
  ] as const;
  const sources: [string, SourceGraph][] = [
    ["K16", complete(16)],
    ["K30", complete(30)],
    ["3-regular 100", regular(100)],
    ["G(60, 0.3)", random(60, 0.3)],
  ];
  if (!quick) sources.push(["K60", complete(60)]);
  await findEmbedding(complete(12), adjacencyOf(pegasus(6))); // so that the first case does not pay for the compiler
  for (const [chipName, chip] of chips) {
    const target = adjacencyOf(chip);
    const number = await peer?.target(chip);
    for (const [sourceName, source] of sources) {
      const what = `${sourceName} on ${chipName}`;
      const ours: PeerRun[] = [];
      const theirs: PeerRun[] = [];
      for (const seed of seeds) {
        if (peer !== undefined && number !== undefined) theirs.push(await peer.embed(source, number, seed));
        ours.push(await timed(source, target, seed));
      }
      const found = ours.filter((run) => run.qubits > 0);
      rows.push(row(`${what}: embedded`, found.length / seeds.length, "of seeds", ">=", 1));
      rows.push(row(`${what}: CPU time`, mean(ours, "seconds"), "s"));
      rows.push(row(`${what}: qubits`, mean(found, "qubits"), ""));
      if (theirs.length === 0) continue;
      const theirFound = theirs.filter((run) => run.qubits > 0);
      rows.push(row(`${what}: minorminer's CPU time`, mean(theirs, "seconds"), "s"));
      rows.push(row(`${what}: CPU time / minorminer's`, mean(ours, "seconds") / mean(theirs, "seconds"), "ratio", "<=", 3));
      rows.push(row(`${what}: qubits / minorminer's`, mean(found, "qubits") / mean(theirFound, "qubits"), "ratio", "<=", 1.1));
    }
  }
  const chip = pegasus(16);
  const startedAt = performance.now();
  const clique = await cliqueEmbedding(chip, { size: 180 });
  rows.push(row("K180 on P16 by construction", (performance.now() - startedAt) / 1000, "s", "<=", 1));
  checkEmbedding(clique, complete(180), adjacencyOf(chip));
  rows.push(row("K180 on P16: longest chain", Math.max(...clique.map((chain) => chain.length)), "qubits", "<=", 17));
  return rows;
}

async function timed(source: SourceGraph, target: Parameters<typeof findEmbedding>[1], seed: number): Promise<PeerRun> {
  const before = process.cpuUsage();
  const chains = await findEmbedding(source, target, { seed }).catch(() => undefined); // what is not found counts as such
  const { user, system } = process.cpuUsage(before);
  if (chains !== undefined) checkEmbedding(chains, source, target);
  return { seconds: (user + system) / 1e6, qubits: chains?.flat().length ?? 0 };
}

function mean(runs: readonly PeerRun[], field: keyof PeerRun): number {
  return runs.reduce((sum, run) => sum + run[field], 0) / runs.length;
}

function complete(size: number): SourceGraph {
  return random(size, 1);
}

// Deterministic figures without a library: a linear congruential generator is random enough for a benchmark.
function figures(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

function random(size: number, probability: number): SourceGraph {
  const next = figures(1);
  const [rows, columns]: [number[], number[]] = [[], []];
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      if (next() >= probability) continue;
      rows.push(i);
      columns.push(j);
    }
  }
  return { size, rows, columns };
}

// Three ends a node, paired at random until no pair is a loop or comes twice.
function regular(size: number): SourceGraph {
  const next = figures(2);
  for (;;) {
    const ends = Array.from({ length: 3 * size }, (_, k) => k % size);
    for (let k = ends.length - 1; k > 0; k--) {
      const other = Math.floor(next() * (k + 1));
      [ends[k], ends[other]] = [ends[other]!, ends[k]!];
    }
    const rows = ends.filter((_, k) => k % 2 === 0);
    const columns = ends.filter((_, k) => k % 2 === 1);
    const edges = new Set(rows.map((u, k) => Math.min(u, columns[k]!) * size + Math.max(u, columns[k]!)));
    if (edges.size === rows.length && rows.every((u, k) => u !== columns[k])) return { size, rows, columns };
  }
}
