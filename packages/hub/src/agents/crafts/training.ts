import { z } from "zod";
import type { Agent } from "../../base/agent.ts";
import { jobOf } from "./job.ts";

const job = z.object({ run: z.string(), seconds: z.number(), tokens: z.number() });
const estimate = z.object({ tokensPerSecond: z.number(), source: z.string() });
const trained = z.object({
  version: z.object({
    id: z.string(),
    number: z.number(),
    training: z.object({ steps: z.number(), tokens: z.number(), seconds: z.number(), loss: z.number() }),
  }),
});

// Loading the runtime, compiling the graph, the tokenizer and the shard.
const overheadMs = 20_000;
const creditsPerCoreSecond = 1;

/**
 * How a trainer works: so many threads for a share of the time asked for. Its price is the core-seconds it will use;
 * its promised quality the share of the wanted tokens it expects to train on, from the rate measured so far.
 */
export function trainer(threads: number, share: number): Pick<Agent, "bid" | "execute"> {
  return {
    bid: async (call, ctx) => {
      const { seconds, tokens } = job.parse(call.job);
      const rate = estimate.parse(await ctx.call("learning_estimate_training", { threads }));
      const expected = rate.tokensPerSecond * seconds * share;
      return {
        price: threads * seconds * share * creditsPerCoreSecond,
        promisedMs: seconds * share * 1000 + overheadMs,
        quality: Math.min(1, expected / tokens),
        reason: `${threads} ${threads === 1 ? "thread" : "threads"} for ${Math.round(seconds * share)} s at ${Math.round(rate.tokensPerSecond)} tokens/s (${rate.source})`,
      };
    },
    execute: async (task, ctx) => {
      const { run, seconds } = jobOf(task, job, "a trainer");
      ctx.status(`training with ${threads} threads for ${Math.round(seconds * share)} s`);
      const { version } = trained.parse(await ctx.call("learning_train", { run, threads, seconds: seconds * share }));
      const { steps, tokens, loss } = version.training;
      return {
        text: `Trained version ${version.number}: ${steps} steps, ${tokens} tokens, loss ${loss.toFixed(3)}.`,
        data: { version: version.id, steps, tokens, loss },
      };
    },
  };
}
