import { z } from "zod";
import type { Agent } from "../../base/agent.ts";
import { jobOf } from "./job.ts";

const figures = z.object({
  texts: z.number(),
  bytes: z.number(),
  candidates: z.number(),
  score: z.number(),
  randomScore: z.number(),
  greedyScore: z.number(),
  timeMs: z.number(),
});
const job = z.object({ run: z.string() });

const pilotTexts = 120;
const creditsPerSecond = 1;

/**
 * How a curator works, by its method. It bids after a pilot on a sample: the promised quality is what the pilot's
 * selection gains over a random one of the same size, as a share of the most that can be gained (a score of 1), and
 * the price is the time it expects to need.
 */
export function curator(method: "qubo" | "greedy", seconds: number): Pick<Agent, "bid" | "execute"> {
  return {
    bid: async (call, ctx) => {
      const { run } = job.parse(call.job);
      const pilot = figures.parse(
        await ctx.call("learning_curate", { run, method, seconds: Math.min(0.3, seconds), pilot: pilotTexts }),
      );
      const quality = Math.max(0, Math.min(1, (pilot.score - pilot.randomScore) / Math.max(1e-9, 1 - pilot.randomScore)));
      const promisedMs = (method === "qubo" ? seconds * 1000 : 0) + pilot.timeMs * 5 + 2000;
      return {
        price: (promisedMs / 1000) * creditsPerSecond,
        promisedMs,
        quality,
        reason: `on a pilot of ${pilot.candidates} texts it scored ${pilot.score.toFixed(4)}, a random choice ${pilot.randomScore.toFixed(4)}`,
      };
    },
    execute: async (task, ctx) => {
      const { run } = jobOf(task, job, "a curator");
      ctx.status(`choosing texts by ${method}`);
      const done = figures.parse(await ctx.call("learning_curate", { run, method, seconds }));
      return {
        text: `Chose ${done.texts} of ${done.candidates} texts (${done.bytes} bytes), score ${done.score.toFixed(4)} against ${done.randomScore.toFixed(4)} at random and ${done.greedyScore.toFixed(4)} greedily.`,
        data: { ...done },
      };
    },
  };
}
