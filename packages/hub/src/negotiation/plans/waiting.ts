import { plan } from "@entente/negotiation";
import type { Progress } from "../../base/tool.ts";
import type { Planning } from "./planning.ts";
import type { KeptPlan } from "./records.ts";
import type { PlanEntry } from "./session.ts";

/** Waits for the end of a plan and tells of every task that ends. Rejects when the signal is aborted; the plan goes on then. */
export async function planEnded(
  planning: Planning,
  id: string,
  signal: AbortSignal,
  progress: (progress: Progress) => void,
): Promise<KeptPlan> {
  let kept = await planning.read(id);
  for (let told = 0; ; ) {
    const { state, entries } = kept.session;
    const done = state.tasks.filter(({ standing }) => standing === "done").length;
    for (const entry of entries.slice(told)) {
      const message = sentenceOf(entry);
      if (message) progress({ done, total: state.tasks.length, unit: "tasks", message });
    }
    told = entries.length;
    if (plan.result(state)) return kept;
    kept = await planning.changed(id, told, signal);
  }
}

function sentenceOf({ event, results }: PlanEntry): string | undefined {
  switch (event.type) {
    case "done":
      return `"${event.task}" is done by ${results?.map(({ contractor }) => contractor).join(", ")} for ${event.spent} ${event.spent === 1 ? "credit" : "credits"}`;
    case "failed":
      return `"${event.task}": ${event.reason}`;
    case "stopped":
      return `"${event.task}" was called off`;
    case "cancel":
      return `the plan is cancelled: ${event.reason ?? "no reason given"}`;
    case "timer":
      return undefined;
  }
}
