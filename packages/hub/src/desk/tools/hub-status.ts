import { z } from "zod";
import { version } from "../../base/version.ts";
import { defineHubTool } from "../hub-desk.ts";

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
    const { db, engine } = desk.store;
    const now = ctx.clock.now();
    const [head, open, run, promotion, service] = await Promise.all([
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
      desk.service.figures(now),
    ]);
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
      service,
    };
  },
});
