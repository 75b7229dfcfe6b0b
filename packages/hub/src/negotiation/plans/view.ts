import { creditsOf, plan, planStandings, reservedOf, spentOf } from "@entente/negotiation";
import { z } from "zod";
import { flowchart } from "./flowchart.ts";
import { type KeptPlan, planStatuses, statusOf } from "./records.ts";

const taskView = z.object({
  id: z.string(),
  skill: z.string(),
  after: z.array(z.string()),
  standing: z.enum(planStandings),
  announced: z.int().describe("how often it was announced"),
  most: z.number().nullable().describe("what is set aside for it while it is under way, credits"),
  price: z.number().nullable().describe("what its agreements came to, credits"),
  contractors: z.array(z.string()),
  negotiation: z.string().nullable().describe("the last one about it that ended"),
  agreements: z.array(z.string()),
  reason: z.string().nullable(),
  beganAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  results: z.array(z.object({ contractor: z.string(), price: z.number(), output: z.json() })),
});

/** What its owner sees of a plan. Times are ms of plan time since the epoch, money is in credits. */
export const planView = z.object({
  plan: z.string(),
  subject: z.string(),
  status: z.enum(planStatuses),
  why: z.string().nullable().describe("why it did not end well"),
  openedBy: z.string(),
  createdAt: z.number(),
  closedAt: z.number().nullable(),
  deadlineAt: z.number().nullable(),
  budget: z.number().nullable(),
  spent: z.number(),
  reserved: z.number().describe("what is set aside for tasks under way"),
  done: z.int(),
  total: z.int(),
  events: z.int().describe("how many events it has had"),
  hash: z.string().describe("links all of its events"),
  tasks: z.array(taskView),
  mermaid: z.string().describe("the graph with its states, as a Mermaid flowchart"),
});

/** A plan as its owner sees it. */
export function viewOfPlan(kept: KeptPlan): z.output<typeof planView> {
  const { id, session, openedBy, createdAt, closedAt, pausedMs } = kept;
  const { document, state, entries } = session;
  const tasks = document.tasks.map((task, place): z.output<typeof taskView> => {
    const stand = state.tasks[place];
    const standing = stand?.standing ?? "pending";
    const own = entries.filter(({ event }) => "task" in event && event.task === task.id);
    const last = own.findLast(({ negotiation }) => negotiation !== undefined);
    const end = standing === "done" || standing === "failed" || standing === "stopped" ? own.at(-1) : undefined;
    const results = standing === "done" ? (end?.results ?? []) : [];
    const underWay = standing === "running" || standing === "stopping";
    return {
      id: task.id,
      skill: task.skill,
      after: [...task.after],
      standing,
      announced: stand?.announced ?? 0,
      most: underWay && stand?.reserved !== undefined ? creditsOf(stand.reserved) : null,
      price: end?.event.type === "done" ? end.event.spent : null,
      contractors: results.map(({ contractor }) => contractor),
      negotiation: last?.negotiation ?? null,
      agreements: [...(end?.agreements ?? [])],
      reason: standing === "done" ? null : (stand?.reason ?? null),
      beganAt: stand?.beganAt ?? null,
      endedAt: end?.at ?? null,
      results: JSON.parse(JSON.stringify(results)),
    };
  });
  const result = plan.result(state);
  return {
    plan: id,
    subject: document.subject,
    status: statusOf(session),
    why: result ? (result.why ?? null) : (state.why ?? null),
    openedBy,
    createdAt,
    closedAt: closedAt ?? null,
    deadlineAt: document.endAt === undefined ? null : document.endAt + pausedMs,
    budget: document.budget ?? null,
    spent: creditsOf(spentOf(state)),
    reserved: creditsOf(reservedOf(state)),
    done: tasks.filter(({ standing }) => standing === "done").length,
    total: tasks.length,
    events: entries.length,
    hash: session.hash,
    tasks,
    mermaid: flowchart(tasks),
  };
}
