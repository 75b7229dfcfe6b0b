export { type BiasRanges, fittedToRanges, type Ranged } from "./embedding/bias-range.ts";
export { scaledStrength, torqueCompensation } from "./embedding/chain-strength.ts";
export { type CliqueOptions, cliqueEmbedding } from "./embedding/clique-embedding.ts";
export { embeddedModel, type Placed } from "./embedding/embedded-model.ts";
export { checkEmbedding, type Embedding, type SourceGraph } from "./embedding/embedding.ts";
export { EmbeddingCache, type EmbeddingCacheJson, sourceHash } from "./embedding/embedding-cache.ts";
export { type EmbeddingOptions, type EmbeddingProgress, findEmbedding } from "./embedding/find-embedding.ts";
export { type EmbeddingReport, embeddingReport } from "./embedding/report.ts";
export { randomReversal, reversed, unreversed } from "./embedding/spin-reversal.ts";
export { packedEmbeddings, type TilingOptions, tiledEmbeddings } from "./embedding/tiling.ts";
export { type ChainBreakMethod, chainBreakMethods, type Unembedded, unembedded } from "./embedding/unembedding.ts";
export { QuantumError, type QuantumErrorCode, type QuantumErrorDetails, quantumErrorCodes } from "./errors.ts";
export { chunks, type FormatLimits, type LineReader, parse, print, read, type TextFormat } from "./formats/format.ts";
export { isingFormat } from "./formats/ising.ts";
export { maxCutFormat } from "./formats/max-cut.ts";
export { qFormat } from "./formats/q.ts";
export { quboFormat } from "./formats/qubo.ts";
export {
  type Bqm,
  bqmFromPairs,
  bqmFromTerms,
  converted,
  densityOf,
  energyOf,
  type Label,
  labelOf,
  type PairsInput,
  quboFromDense,
  type TermsInput,
  type Vartype,
} from "./models/bqm.ts";
export { type SpinProblem, spinProblem } from "./models/spin-problem.ts";
export { graphFromEdges, type WeightedGraph } from "./models/weighted-graph.ts";
export { type Cut, cutOf, maxCutModel } from "./problems/max-cut.ts";
export type { Candidates } from "./problems/subset-choice.ts";
export { greedyByCoverage, greedyByScore } from "./problems/subset-greedy.ts";
export { type Decoded, decodeSubset, firstPenalty, subsetModel } from "./problems/subset-model.ts";
export {
  likenessMatrix,
  type SubsetInput,
  type SubsetProblem,
  type SubsetScore,
  subsetProblem,
  subsetScore,
} from "./problems/subset-problem.ts";
export { type SubsetOptions, type SubsetSelection, selectSubset } from "./problems/subset-selection.ts";
export type { Progress, SampleOptions } from "./sample-options.ts";
export {
  aggregated,
  assignmentAt,
  joined,
  lowest,
  type SampleSet,
  type SampleSetJson,
  sampleAt,
  sampleSetFromJson,
  sampleSetFromSpins,
  sampleSetToJson,
  truncated,
} from "./sample-set.ts";
export { defineSampler, type Sampler, type SamplerLimits } from "./sampler.ts";
export { loadSampler, samplerNames } from "./sampler-folder.ts";
export { chosen, type Provenance, type Solution, type SolveOptions, solve } from "./solve.ts";
// Topologies and embedding.
export { type ChimeraCoordinate, chimera, chimeraFromLinear, chimeraToLinear } from "./topology/chimera.ts";
export {
  type Adjacency,
  adjacencyOf,
  type Chip,
  chipFromSolver,
  coupled,
  type Defects,
  type TopologyType,
  topologyTypes,
  withDefects,
} from "./topology/chip.ts";
export { qubitPlaces } from "./topology/lines.ts";
export {
  type NiceCoordinate,
  niceFromPegasus,
  type PegasusCoordinate,
  pegasus,
  pegasusFromLinear,
  pegasusFromNice,
  pegasusToLinear,
} from "./topology/pegasus.ts";
export { perfectChip } from "./topology/perfect-chip.ts";
export { type ZephyrCoordinate, zephyr, zephyrFromLinear, zephyrToLinear } from "./topology/zephyr.ts";
