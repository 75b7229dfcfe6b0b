/**
 * A plan drawn as a tree. A graph has no one tree: each task hangs under the last of those it waits for, so that a branch reads from top to
 * bottom as it happens, and names the others it waits for. Pure.
 */
import type { z } from "zod";
import type { planView } from "../../negotiation/plans/view.ts";
import { duration, paint } from "../terminal.ts";

/** What `plan_status` answers. */
export type PlanShown = z.output<typeof planView>;
type Task = PlanShown["tasks"][number];

const signs: Readonly<Record<Task["standing"], string>> = {
  pending: "○",
  short: "○",
  resting: "○",
  running: "●",
  stopping: "●",
  done: "✓",
  failed: "✗",
  stopped: "–",
  skipped: "–",
};

const widest = 40;
const longest = 300;

/** Words of agents, fit for a terminal: on one line, and with nothing in them that it would obey. */
export function plain(words: string): string {
  const line = words.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ");
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** What the plan is about, fit for a terminal. */
export function planTitle({ subject }: PlanShown): string {
  return plain(subject);
}

/** The lines of the tree; `now` is the time in ms. */
export function planTree(plan: PlanShown, now: number): readonly string[] {
  const depths = depthsOf(plan.tasks);
  const places = new Map(plan.tasks.map(({ id }, place) => [id, place]));
  const depthOf = (id: string): number => depths.get(id) ?? 0;
  const parentOf = ({ after }: Task): string | undefined =>
    after.toSorted((a, b) => depthOf(b) - depthOf(a) || (places.get(b) ?? 0) - (places.get(a) ?? 0))[0];
  const below = Map.groupBy(plan.tasks, parentOf);
  const width = Math.min(widest, Math.max(...plan.tasks.map(({ id }) => id.length + 3 * (depthOf(id) + 1))));
  const lines: string[] = [];
  const rowsUnder = (parent: string | undefined, indent: string) =>
    (below.get(parent) ?? []).map((task, at, all) => ({ task, indent, last: at === all.length - 1 })).toReversed();
  const left = rowsUnder(undefined, "");
  for (let row = left.pop(); row; row = left.pop()) {
    const { task, indent, last } = row;
    const stem = `${indent}${last ? "└─ " : "├─ "}`;
    const pad = " ".repeat(Math.max(0, width - stem.length - task.id.length));
    const others = task.after.filter((id) => id !== parentOf(task));
    const also = others.length > 0 ? paint("dim", ` (also after ${others.join(", ")})`) : "";
    lines.push(`${stem}${coloured(task, `${signs[task.standing]} ${task.id}`)}${pad}  ${said(task, now)}${also}`);
    left.push(...rowsUnder(task.id, `${indent}${last ? "   " : "│  "}`));
  }
  return lines;
}

// How many tasks one after another come before each; the hub refuses circles, so this ends.
function depthsOf(tasks: readonly Task[]): ReadonlyMap<string, number> {
  const depths = new Map(tasks.map(({ id }) => [id, 0]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const { id, after } of tasks) {
      const depth = Math.max(0, ...after.map((before) => 1 + (depths.get(before) ?? 0)));
      changed ||= depth !== depths.get(id);
      depths.set(id, depth);
    }
  }
  return depths;
}

/** The sentence under the tree: how far it is, or how it ended, and what it cost. */
export function planSummary(plan: PlanShown, now: number): string {
  const { status, done, total, spent, reserved, budget, createdAt, closedAt } = plan;
  const cost = budget === null ? credits(spent) : `${figure(spent)} of ${credits(budget)}`;
  const time = duration((closedAt ?? now) - createdAt);
  const set = reserved > 0 ? ` (${figure(reserved)} more set aside)` : "";
  const words = `${status}: ${done} of ${total} tasks for ${cost}${set} in ${time}`;
  const colour = status === "done" ? "green" : status === "failed" || status === "cancelled" ? "red" : "yellow";
  return `${closedAt === null ? words : paint(colour, words)}${plan.why === null ? "" : `\n${plain(plan.why)}`}`;
}

function said(task: Task, now: number): string {
  const { standing, beganAt, endedAt, announced, price, contractors } = task;
  const [skill, reason] = [plain(task.skill), plain(task.reason ?? "")];
  const attempt = announced > 1 ? `, attempt ${announced}` : "";
  switch (standing) {
    case "done":
      return `${contractors.join(", ")} for ${credits(price ?? 0)}, ${duration((endedAt ?? now) - (beganAt ?? now))}${attempt}`;
    case "running":
    case "stopping":
      return `${standing === "running" ? skill : "being called off"}, ${duration(now - (beganAt ?? now))}${attempt}`;
    case "pending":
      return paint("dim", skill);
    case "short":
      return paint("yellow", "waits for money");
    case "resting":
      return paint("yellow", `again soon: ${reason}`);
    case "failed":
      return reason;
    case "stopped":
      return paint("dim", "called off");
    case "skipped":
      return paint("dim", "not begun");
  }
}

function coloured({ standing }: Task, text: string): string {
  if (standing === "done") return paint("green", text);
  if (standing === "failed") return paint("red", text);
  if (standing === "running" || standing === "stopping") return paint("cyan", text);
  return paint("dim", text);
}

function credits(amount: number): string {
  return `${figure(amount)} ${amount === 1 ? "credit" : "credits"}`;
}

function figure(amount: number): string {
  return String(Math.round(amount * 100) / 100);
}
