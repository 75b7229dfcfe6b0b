// The learning rate of a step: linear warm-up, then a cosine (Loshchilov and Hutter, arXiv 1608.03983) or a line down to a
// tenth of the peak. Progress is the larger part of the budget used, in steps or in time.
import type { OptimizerSpec, RunSpec } from "./executor.ts";

/** The rate at the end of a decay, as a part of the peak. */
const floor = 0.1;

/** How much of the budget is used after `step` steps and `seconds` seconds, from 0 to 1. */
export function budgetUsed(budget: RunSpec["budget"], step: number, seconds: number): number {
  const byTime = budget.seconds === undefined ? 0 : seconds / budget.seconds;
  return Math.min(1, Math.max(step / budget.steps, byTime));
}

/** The learning rate of the step after `step` steps, when `used` of the budget is used. */
export function learningRate(optimizer: OptimizerSpec, step: number, used: number): number {
  const warmup = Math.min(1, (step + 1) / (optimizer.warmupSteps + 1));
  const left = { constant: 1, linear: 1 - used, cosine: (1 + Math.cos(Math.PI * used)) / 2 }[optimizer.decay];
  return optimizer.lr * warmup * (floor + (1 - floor) * left);
}
