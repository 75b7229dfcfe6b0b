import { z } from "zod";
import { defineAgent } from "../base/agent.ts";
import { jobOf } from "./crafts/job.ts";

const job = z.object({ root: z.string() });
const report = z.object({
  source: z.string(),
  files: z.number(),
  unchanged: z.number(),
  added: z.number(),
  changed: z.number(),
  removed: z.number(),
  bytes: z.number(),
  skipped: z.record(z.string(), z.number()),
  durationMs: z.number(),
});
const events = z.object({ events: z.array(z.object({ data: z.object({ root: z.string(), durationMs: z.number() }) })) });

const firstPromiseMs = 60_000;

export default defineAgent({
  profile: {
    name: "librarian",
    description: "Walks a folder, reads what is new, splits off held-out files, finds duplicates, and indexes text and vectors.",
    skills: [
      { id: "ingest", name: "Ingest", description: "Bring the store in line with a folder", examples: ["Ingest /srv/docs"] },
    ],
  },
  bid: async (call, ctx) => {
    const { root } = job.parse(call.job);
    const before = events
      .parse(await ctx.call("hub_list_events", { kind: "source.ingested", limit: 20 }))
      .events.find((event) => event.data.root === root);
    const promisedMs = before ? before.data.durationMs * 5 + 5000 : firstPromiseMs;
    return {
      price: 1,
      promisedMs,
      quality: 1,
      reason: before ? `it took ${before.data.durationMs} ms last time` : "never read before",
    };
  },
  execute: async (task, ctx) => {
    const { root } = jobOf(task, job, "the librarian");
    ctx.status(`reading ${root}`);
    const done = report.parse(await ctx.call("learning_ingest", { path: root }));
    const skipped = Object.values(done.skipped).reduce((sum, count) => sum + count, 0);
    return {
      text: `Read ${done.added + done.changed} new or changed of ${done.files} files in ${done.durationMs} ms; ${done.unchanged} unchanged, ${done.removed} gone, ${skipped} skipped.`,
      data: { ...done },
    };
  },
});
