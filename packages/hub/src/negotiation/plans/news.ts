import { type PlanEffect, plan } from "@entente/negotiation";
import type { NewEvent } from "../../store/event-log.ts";
import type { PlanHappened, PlanSession } from "./session.ts";

/** What the event log tells of a plan that was opened. */
export function openingNews(
  id: string,
  actor: string,
  session: PlanSession,
  effects: readonly PlanEffect[],
): readonly NewEvent[] {
  const { subject, tasks, budget, startAt, endAt } = session.document;
  const data = {
    about: subject,
    tasks: tasks.length,
    ...(budget === undefined ? {} : { budget }),
    ...(endAt === undefined ? {} : { deadlineMs: endAt - startAt }),
  };
  return [{ kind: "plan.opened", actor, subject: id, data }, ...startedNews(id, actor, session, effects)];
}

/** What the event log tells of an event of a plan: how a task ended, what began, and the end of it all. */
export function planNews(
  id: string,
  actor: string,
  session: PlanSession,
  { event, negotiation, agreements, results }: PlanHappened,
  effects: readonly PlanEffect[],
): readonly NewEvent[] {
  const about = session.document.subject;
  const news: NewEvent[] = [];
  if ("task" in event) {
    const { task } = event;
    const standing = session.state.tasks.find((one) => one.id === task)?.standing ?? "";
    const link = { about, task, ...(negotiation === undefined ? {} : { negotiation }) };
    if (event.type === "done") {
      const contractors = results?.map(({ contractor }) => contractor) ?? [];
      const data = { ...link, agreements: agreements ?? [], contractors, price: event.spent };
      news.push({ kind: "plan.task.done", actor, subject: id, data });
    } else {
      const reason = event.type === "failed" ? event.reason : "it was called off";
      news.push({ kind: "plan.task.failed", actor, subject: id, data: { ...link, reason, standing } });
    }
  }
  news.push(...startedNews(id, actor, session, effects));
  const result = plan.result(session.state);
  if (!result) return news;
  const { outcome, spent, why } = result;
  const by = (wanted: string) => session.state.tasks.filter(({ standing }) => standing === wanted).map((task) => task.id);
  const ends = { done: by("done"), failed: by("failed"), stopped: by("stopped"), skipped: by("skipped") };
  const chain = { events: session.entries.length, hash: session.hash };
  const data = { about, outcome, spent, ...(why === undefined ? {} : { why }), ...ends, ...chain };
  return [...news, { kind: "plan.closed", actor, subject: id, data }];
}

function startedNews(id: string, actor: string, { document }: PlanSession, effects: readonly PlanEffect[]): readonly NewEvent[] {
  return effects.flatMap((effect): NewEvent[] => {
    if (effect.type === "stop") return [];
    const { task, attempt, most } = effect;
    const skill = document.tasks.find((one) => one.id === task)?.skill ?? "";
    const data = { about: document.subject, task, skill, attempt, ...(most === undefined ? {} : { most }) };
    return [{ kind: "plan.task.started", actor, subject: id, data }];
  });
}
