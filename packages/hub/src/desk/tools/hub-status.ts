import { z } from "zod";
import { nearestRank } from "../../base/rank.ts";
import { version } from "../../base/version.ts";
import { defineHubTool } from "../hub-desk.ts";

// A call that waits for its caller has not failed.
const unfailed: ReadonlySet<string> = new Set(["ok", "input-needed", "sample-needed"]);

export default defineHubTool({
  name: "hub_status",
  description:
    "What this hub is and does right now: version, uptime, agents, the newest learning run, the champion model version, events so far, and service figures of the last hour.",
  input: z.object({}),
  output: z.object({
    version: z.string(),
    engine: z.enum(["sqlite", "postgres"]),
    uptimeMs: z.number(),
    memoryBytes: z.number(),
    agents: z.number(),
    events: z.number(),
    tasksOpen: z.number(),
    run: z.object({ id: z.string(), root: z.string(), status: z.string(), phase: z.string(), startedAt: z.number() }).nullable(),
    champion: z.object({ id: z.string(), model: z.string(), number: z.number(), promotedAt: z.number() }).nullable(),
    service: z.object({
      windowMs: z.number(),
      calls: z.number(),
      failed: z.number(),
      successRate: z.number(),
      p50Ms: z.number(),
      p95Ms: z.number(),
    }),
  }),
  hints: { readOnly: true },
  run: async (_input, ctx, desk) => {
    const { db, events, engine } = desk.store;
    const now = ctx.clock.now();
    const windowMs = 3_600_000;
    const [head, open, run, promotion, calls] = await Promise.all([
      db.selectFrom("event_head").select("seq").executeTakeFirstOrThrow(),
      db
        .selectFrom("tasks")
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .where("state", "in", ["TASK_STATE_SUBMITTED", "TASK_STATE_WORKING"])
        .executeTakeFirstOrThrow(),
      db
        .selectFrom("runs")
        .select(["id", "root", "status", "phase", "started_at"])
        .orderBy("started_at", "desc")
        .executeTakeFirst(),
      db
        .selectFrom("promotions")
        .innerJoin("versions", "versions.id", "promotions.version_id")
        .select(["versions.id", "versions.model", "versions.number", "promotions.at"])
        .orderBy("promotions.seq", "desc")
        .executeTakeFirst(),
      events.read({ kind: "tool.called", limit: 2000, newestFirst: true }),
    ]);
    const recent = calls.filter((call) => call.at > now - windowMs);
    const failed = recent.filter(({ data }) => !unfailed.has(String(data.outcome))).length;
    const durations = recent.map((call) => Number(call.data.durationMs ?? 0)).sort((a, b) => a - b);
    const quantile = (q: number): number => durations[nearestRank(durations.length, q)] ?? 0;
    return {
      version,
      engine,
      uptimeMs: now - desk.startedAt,
      memoryBytes: process.memoryUsage.rss(),
      agents: desk.registry.list().length,
      events: head.seq,
      tasksOpen: Number(open.count),
      run: run ? { id: run.id, root: run.root, status: run.status, phase: run.phase, startedAt: run.started_at } : null,
      champion: promotion
        ? { id: promotion.id, model: promotion.model, number: promotion.number, promotedAt: promotion.at }
        : null,
      service: {
        windowMs,
        calls: recent.length,
        failed,
        successRate: recent.length === 0 ? 1 : 1 - failed / recent.length,
        p50Ms: quantile(0.5),
        p95Ms: quantile(0.95),
      },
    };
  },
});
