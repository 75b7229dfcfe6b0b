/**
 * The coordinator carries a learning run through its phases: it announces each job, awards it by Contract Net, and
 * writes down what came of it. It holds nothing itself: the run's phase, the negotiations and the results are in the
 * store, so it can be stopped anywhere and goes on from there.
 */
import { z } from "zod";
import { type AgentContext, defineAgent } from "../base/agent.ts";
import { jobOf } from "./crafts/job.ts";

const job = z.object({ path: z.string().min(1), force: z.boolean().default(false) });
const opened = z.object({ run: z.string(), root: z.string(), phase: z.string() });
const contracted = z.object({
  results: z.array(z.object({ contractor: z.string(), output: z.record(z.string(), z.json()) })).min(1),
});
const curated = z.object({ score: z.number() });
const ingested = z.object({
  source: z.string(),
  files: z.number(),
  added: z.number(),
  changed: z.number(),
  removed: z.number(),
  bytes: z.number(),
});
const settings = z.object({
  trainSeconds: z.number(),
  replyMs: z.number(),
  patience: z.number(),
  champion: z.string().nullable(),
  wantedTokens: z.number(),
});
const verdict = z.object({ version: z.string(), passes: z.boolean(), reason: z.string() });

const criteriaOf = {
  ingest: { price: 1, promisedTime: 1, reliability: 1, quality: 0 },
  curate: { price: 0.1, promisedTime: 0.1, reliability: 0.2, quality: 0.6 },
  train: { price: 0.25, promisedTime: 0.1, reliability: 0.2, quality: 0.45 },
  examine: { price: 1, promisedTime: 1, reliability: 1, quality: 0 },
};

export default defineAgent({
  profile: {
    name: "coordinator",
    description:
      "Has the hub learn from a folder: announces each job to the agents, awards it by price, promised time, past results and promised quality, watches the agreement, and promotes a version that passes the gate.",
    skills: [
      {
        id: "learn",
        name: "Learn from a folder",
        description: "Ingest, curate, train, examine and promote; send {path} as data",
        examples: ["Learn from /srv/docs"],
      },
    ],
  },
  execute: async (task, ctx) => {
    const { path, force } = jobOf(task, job, "the coordinator");
    const run = opened.parse(await ctx.call("learning_open_run", { path }));
    try {
      return { text: await carryOut(run, force, ctx), data: { run: run.run } };
    } catch (error) {
      // A stop of the hub leaves the run open, to go on; anything else ends it.
      if (!ctx.signal.aborted)
        await ctx.call("learning_advance_run", {
          run: run.run,
          end: "failed",
          learned: { problem: error instanceof Error ? error.message : String(error) },
        });
      throw error;
    }
  },
});

async function carryOut(run: z.output<typeof opened>, force: boolean, ctx: AgentContext): Promise<string> {
  const plan = settings.parse(await ctx.call("learning_plan_run", { run: run.run }));
  const contractAll = async (
    subject: keyof typeof criteriaOf,
    details: Record<string, string | number>,
    completeWithinMs: number,
    awards = 1,
  ) => {
    ctx.status(`announcing "${subject}"`);
    const { results } = contracted.parse(
      await ctx.call("negotiation_contract_job", {
        run: run.run,
        subject,
        skill: subject,
        job: { run: run.run, ...details },
        criteria: criteriaOf[subject],
        awards,
        replyMs: plan.replyMs,
        completeWithinMs: Math.round(completeWithinMs * plan.patience),
      }),
    );
    return results;
  };
  const contract = async (...job: Parameters<typeof contractAll>) => {
    const [done] = await contractAll(...job);
    return done ?? { contractor: "", output: {} };
  };
  const enter = (phase: string, learned: object, source?: string) =>
    ctx.call("learning_advance_run", { run: run.run, phase, learned, ...(source ? { source } : {}) });
  const end = (state: string, learned: object) => ctx.call("learning_advance_run", { run: run.run, end: state, learned });

  let { phase } = run;
  if (phase === "ingest") {
    const { output } = await contract("ingest", { root: run.root }, 300_000);
    const report = ingested.parse(output);
    if (!force && plan.champion !== null && report.added + report.changed + report.removed === 0) {
      await end("unchanged", { ingest: output });
      return "Nothing new to learn: every file is as it was.";
    }
    await enter("curate", { ingest: output }, report.source);
    phase = "curate";
  }
  if (phase === "curate") {
    // Curating costs seconds and training on a poor choice minutes, so both curators may do it and the better choice is taken.
    const results = await contractAll("curate", {}, 60_000, 2);
    const [best] = results.toSorted((a, b) => curated.parse(b.output).score - curated.parse(a.output).score);
    await enter("train", { curate: { contractor: best?.contractor ?? "", ...best?.output, rivals: results } });
    phase = "train";
  }
  if (phase === "train") {
    const { contractor, output } = await contract(
      "train",
      { seconds: plan.trainSeconds, tokens: plan.wantedTokens },
      plan.trainSeconds * 1000 + 60_000,
    );
    await enter("examine", { train: { contractor, ...output } });
    phase = "examine";
  }
  const { output } = await contract("examine", {}, 120_000);
  const decided = verdict.parse(output);
  await enter("decide", { examine: output });
  if (!decided.passes) {
    await end("refused", {});
    return `The new version was refused: ${decided.reason}.`;
  }
  await ctx.call("learning_promote_version", { version: decided.version });
  await end("promoted", {});
  return `Promoted a new version: ${decided.reason}.`;
}
