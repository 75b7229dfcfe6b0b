import { defineExecutor, type RunResult } from "@entente/learning";

/** An executor that trains nothing: it counts the steps a run would take, and can be watched and cancelled like any other. */
export const dryRun = defineExecutor({
  name: "dry-run",
  async run(spec, { signal, progress } = {}): Promise<RunResult> {
    signal?.throwIfAborted();
    const { steps } = spec.budget;
    let step = 0;
    while (step < steps && !signal?.aborted) {
      step++;
      progress?.({ step, steps, loss: 0, tokensPerSecond: 0, learningRate: spec.optimizer.lr, gradientNorm: 0, etaMs: 0 });
    }
    const tokens = step * spec.batch * spec.sequence;
    const stopped = step < steps ? "cancelled" : "steps";
    return { stopped, steps: step, tokens, seconds: 0, loss: 0, curve: [], checkpoint: spec.outDir };
  },
});
