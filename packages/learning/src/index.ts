// The public API of @entente/learning. Importing it loads no native code: ONNX Runtime lives in the worker threads.
export { type Model, readModel, readModelInfo, readTokenizer, weightsHash } from "./checkpoint/model-folder.ts";
export { readSafetensors, writeSafetensors } from "./checkpoint/safetensors.ts";
export { checkpointSteps, stepFolder } from "./checkpoint/training-checkpoint.ts";
export {
  checkedConfig,
  fromHuggingFace,
  type ModelConfig,
  type ModelPreset,
  modelPresets,
  toHuggingFace,
} from "./decoder/config.ts";
export { type Parameters, parameterCount, parameterLayout, type Weights } from "./decoder/parameters.ts";
export { LearningError, type LearningErrorCode, learningErrorCodes } from "./errors.ts";
export {
  type DocumentScore,
  type Evaluation,
  type EvaluationOptions,
  type EvaluationProgress,
  evaluate,
  type HeldOutDocument,
  type SliceScore,
} from "./evaluation/evaluation.ts";
export { pooled, type Score } from "./evaluation/measures.ts";
export { ortExecutor } from "./executors/ort.ts";
export type { GeneratedToken } from "./generation/messages.ts";
export { type GenerationOptions, type OpenModel, openModel } from "./generation/model.ts";
export {
  readShard,
  type Shard,
  type ShardDocument,
  type ShardIndex,
  type SourceDocument,
  tokenizerHash,
} from "./shards/shard.ts";
export { type ShardWriting, writeShard } from "./shards/writing.ts";
export { bosToken, eosToken, Tokenizer } from "./tokenizer/tokenizer.ts";
export { smallestVocabulary, tokenizerFromJson, tokenizerToJson } from "./tokenizer/tokenizer-json.ts";
export { saveTokenizer, type TokenizerTraining, trainTokenizer } from "./tokenizer/training.ts";
export {
  checkedRunSpec,
  defineExecutor,
  type Executor,
  type OptimizerSpec,
  type RunOptions,
  type RunProgress,
  type RunResult,
  type RunSpec,
  runDefaults,
} from "./training/executor.ts";
export { measureTrainingSpeed, type SpeedRequest, type TrainingSpeed } from "./training/speed.ts";
