export { type LaneType, laneTypeOf } from "./annealing/lanes.ts";
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
export { type EliminationOptions, type GroundState, groundState } from "./exact/elimination.ts";
export { type RoofDual, roofDual } from "./exact/roof-duality.ts";
export type { BinaryFormat, BinaryLimits } from "./formats/binary-format.ts";
export { dimodBqmFormat } from "./formats/dimod-bqm.ts";
export { dimodCqmFormat } from "./formats/dimod-cqm.ts";
export {
  sampleSetFromDimod,
  sampleSetToDimod,
  sampleTableFromDimod,
} from "./formats/dimod-sample-set.ts";
export { chunks, type FormatLimits, type LineReader, parse, print, read, type TextFormat } from "./formats/format.ts";
export { isingFormat } from "./formats/ising.ts";
export { lpFormat } from "./formats/lp.ts";
export { maxCutFormat } from "./formats/max-cut.ts";
export { qFormat } from "./formats/q.ts";
export { quboFormat } from "./formats/qubo.ts";
export type { LeapAnswer } from "./leap/answer.ts";
export { decodeBq, type HybridSamples, sampleSetFromHybrid } from "./leap/bq.ts";
export {
  type HybridJob,
  LeapClient,
  type LeapParts,
  openLeap,
  type ProblemFilter,
  type QpuJob,
} from "./leap/client.ts";
export { type LeapClock, systemClock } from "./leap/clock.ts";
export { type Deprecation, deprecations } from "./leap/deprecation.ts";
export { FileJournal } from "./leap/file-journal.ts";
export type { LeapJob, LeapResult } from "./leap/job.ts";
export {
  type JobRecord,
  type JobSpec,
  type Journal,
  type JournalEntry,
  jobRecords,
  MemoryJournal,
  qpuTimeUsed,
} from "./leap/journal.ts";
export type { JobParameters } from "./leap/parameters.ts";
export type { ProblemStatus } from "./leap/problem-status.ts";
export { decodeQpAnswer, decodeQpProblem, encodeQp, type QpData, type QubitProblem } from "./leap/qp.ts";
export type { LeapRegion } from "./leap/regions.ts";
export { type RetryRule, usualRetries } from "./leap/retry.ts";
export {
  configPaths,
  type Environment,
  type LeapOptions,
  type LeapSettings,
  leapSettings,
  loadLeapSettings,
} from "./leap/settings.ts";
export { type LeapSolver, type WorkingGraph, workingGraph } from "./leap/solver.ts";
export { identityOf, identityText, type SolverIdentity } from "./leap/solver-identity.ts";
export { type SolverQuery, solversFor } from "./leap/solver-query.ts";
export type { PollRules } from "./leap/status-poller.ts";
export type { SubmissionRules } from "./leap/submission-queue.ts";
export {
  estimateQpuTime,
  type HybridSize,
  type JobTiming,
  leastHybridTime,
  mostReads,
  qpuAccessTime,
  timingOf,
} from "./leap/timing.ts";
export type { LeapFetch } from "./leap/transport.ts";
export type { ModelFile, UploadOptions } from "./leap/upload.ts";
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
export { type BiasRanges, normalisedTo, offsetBy, scaled, summed } from "./models/bqm-arithmetic.ts";
export { contracted, fixed, flipped, lifted, type Reduction, relabelled } from "./models/bqm-reduction.ts";
export {
  type Constraint,
  type ConstraintInput,
  type Cqm,
  type CqmInput,
  type CqmVariable,
  cqmFrom,
  type ExpressionInput,
  type Sense,
  type Softness,
  type VariableInput,
} from "./models/cqm.ts";
export { type BitOptions, type CqmBits, cqmBits } from "./models/cqm-bits.ts";
export { firstPenalties, penalised, surePenalties } from "./models/cqm-penalties.ts";
export type { Domain, Expression } from "./models/expression.ts";
export { type Evaluation, evaluated, type Tolerance, type Violation } from "./models/feasibility.ts";
export {
  type Polynomial,
  polynomialEnergy,
  polynomialFrom,
  type Quadratic,
  quadraticFrom,
  type Term,
} from "./models/polynomial.ts";
export { type SpinProblem, spinProblem } from "./models/spin-problem.ts";
export { graphFromEdges, type WeightedGraph } from "./models/weighted-graph.ts";
export {
  type Answer,
  type Json,
  type Problem,
  type ProblemBuilder,
  problemModel,
  solveProblem,
} from "./problem-builder.ts";
export { loadProblem, problemBuilders, problemNames } from "./problem-folder.ts";
export { type Cut, cutOf, maxCutModel } from "./problems/max-cut.ts";
// Training helpers.
export { greedyByHerding, greedyByKCentre } from "./problems/subset-baselines.ts";
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
  filtered,
  joined,
  lowest,
  type SampleSet,
  type SampleSetJson,
  sampleAt,
  sampleSetFromJson,
  sampleSetFromSpins,
  sampleSetFromValues,
  sampleSetToJson,
  truncated,
} from "./sample-set.ts";
export { type FeasibleSample, feasible, type SampleTable, type SampleVector } from "./sample-table.ts";
export { defineSampler, type Sampler, type SamplerLimits } from "./sampler.ts";
export { loadSampler, samplerNames } from "./sampler-folder.ts";
export { type Provenance, type Solution, solve } from "./solve.ts";
export { type CqmSolution, type PenaltyRound, type SolveCqmOptions, solveCqm } from "./solve-cqm.ts";
export type { SolveOptions } from "./solve-options.ts";
export { type Choice, chosen, smallUpTo } from "./solving/choice.ts";
export { type MatrixType, matrixTypeOf } from "./tabu/dense-search.ts";
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
export {
  type Allocation,
  type AllocationInput,
  type AllocationOptions,
  type Allotted,
  allocate,
} from "./training/allocation.ts";
export { allocatedGreedily, polishedAllocation } from "./training/allocation-greedy.ts";
export {
  type AllocationProblem,
  allocationProblem,
  type LayerChoices,
  type LayerOption,
  type OptionPair,
} from "./training/allocation-problem.ts";
export type { Configuration, Parameter, ParameterValue, Space } from "./training/hyper-space.ts";
export { nearestLevels } from "./training/nearest-rounding.ts";
export { type RoundedWeights, type RoundingOptions, roundWeights } from "./training/rounded-weights.ts";
export {
  outputError,
  type RoundingGrid,
  type RoundingInput,
  type RoundingProblem,
  roundedValues,
  roundingProblem,
} from "./training/rounding-problem.ts";
export { successiveLevels } from "./training/successive-rounding.ts";
export { type Observation, type Suggestions, type SuggestOptions, type Surrogate, suggest } from "./training/tuning.ts";
