import {
  adjacencyOf,
  chipFromSolver,
  cliqueEmbedding,
  converted,
  densityOf,
  embeddingReport,
  findEmbedding,
  labelOf,
  perfectChip,
  type TopologyType,
  torqueCompensation,
  withDefects,
} from "@entente/quantum";
import { quantumErrors } from "./errors.ts";
import type { ProblemSource } from "./problem-source.ts";
import { readProblem } from "./reading.ts";
import type { Report } from "./steps.ts";

/** A model to embed on a chip: a perfect one, or one with broken qubits and couplers, or what a solver says it has. */
export interface EmbedOrder {
  readonly problem: ProblemSource;
  readonly type: TopologyType;
  readonly shape: readonly number[];
  /** Of a real chip: the only qubits and couplers there are. */
  readonly working?: { readonly qubits: readonly number[]; readonly couplers: readonly (readonly [number, number])[] };
  readonly broken?: { readonly qubits: readonly number[]; readonly couplers: readonly (readonly [number, number])[] };
  readonly seconds: number;
  readonly seed: number;
}

/** Chains and what they cost. */
export interface EmbedAnswer {
  type: TopologyType;
  shape: number[];
  /** How the chains were found. */
  method: "clique" | "search";
  variables: number;
  qubits: number;
  longestChain: number;
  meanChain: number;
  chainCouplers: number;
  edgeCouplers: number;
  /** By uniform torque compensation, for the model as spins. */
  chainStrength: number;
  chains: { variable: string; qubits: number[] }[];
  timeMs: number;
}

const cliqueDensity = 0.8; // above, chains of a complete graph are about as short and come at once

/** Embeds a model. Throws EMBEDDING_NOT_FOUND, TOPOLOGY_INVALID, CONSTRAINTS_UNFIT and what reading the model throws. */
export async function embedModel(order: EmbedOrder, signal: AbortSignal, report: Report): Promise<EmbedAnswer> {
  const { type, shape, working, broken, seconds, seed } = order;
  const read = await readProblem(order.problem);
  if (read.kind === "cqm") throw quantumErrors.CONSTRAINTS_UNFIT({ what: "quantum_embed" });
  const { model } = read;
  const perfect = perfectChip(type, shape);
  const present = working ? chipFromSolver(perfect, working.qubits, working.couplers) : perfect;
  const chip = broken ? withDefects(present, broken) : present;
  const target = adjacencyOf(chip);
  const startedAt = performance.now();
  const method = model.size > 2 && densityOf(model) >= cliqueDensity ? ("clique" as const) : ("search" as const);
  const embedding =
    method === "clique"
      ? await cliqueEmbedding(chip, { size: model.size, signal })
      : await findEmbedding(model, target, {
          seed,
          signal,
          timeLimitMs: seconds * 1000,
          progress: ({ attempt, qubits, overlap }) =>
            report(
              Math.min(0.99, (performance.now() - startedAt) / (seconds * 1000)),
              `attempt ${attempt}: ${qubits} qubits in chains, ${overlap} of them in more than one`,
            ),
        });
  const { chains, ...costs } = embeddingReport(embedding, model, target);
  return {
    type,
    shape: [...chip.shape],
    method,
    variables: costs.variables,
    qubits: costs.qubits,
    longestChain: costs.longestChain,
    meanChain: costs.meanChain,
    chainCouplers: costs.chainCouplers,
    edgeCouplers: costs.edgeCouplers,
    chainStrength: torqueCompensation(converted(model, "SPIN")),
    chains: chains.map(({ variable, qubits }) => ({ variable: String(labelOf(model, variable)), qubits: [...qubits] })),
    timeMs: performance.now() - startedAt,
  };
}
