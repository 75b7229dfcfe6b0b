/**
 * What happens to the tasks at one agent elsewhere: kept, recorded and told once each. A task may have several readers here
 * (its sender, its subscribers, whoever sends its notifications), and one may be behind another: whether a task began or
 * ended is therefore what its row says, never what a reader believes.
 */
import type { Transaction } from "kysely";
import type { Clock } from "../../base/clock.ts";
import type { TaskMoment, TaskOutcome, TaskSighting } from "../../base/sighting.ts";
import { carriedText, costOf } from "../../base/sla-extension.ts";
import type { Database } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { isTerminal, type Message, type Task } from "../protocol.ts";
import type { Kept, RemoteTasks } from "./remote-tasks.ts";

/** What telling stands on. */
export interface RemoteSightingsInput {
  readonly agent: string;
  readonly tasks: RemoteTasks;
  readonly store: Store;
  readonly clock: Clock;
  readonly sighted: (sighting: TaskSighting) => void;
}

/** What was asked of a task, and by whom. */
export interface Asked {
  readonly owner: string;
  readonly skill?: string | undefined;
  readonly agreement?: string | undefined;
}

/** What the message that asks for a task says of it. */
export function askedBy(owner: string, message: Message | undefined): Asked {
  const { metadata } = message ?? {};
  return { owner, skill: carriedText(metadata, "skill"), agreement: carriedText(metadata, "agreement") };
}

/** What is written together with a task. */
export type Beside = (trx: Transaction<Database>) => Promise<unknown>;

const outcomes: Readonly<Record<string, TaskOutcome>> = {
  TASK_STATE_COMPLETED: "completed",
  TASK_STATE_FAILED: "failed",
  TASK_STATE_REJECTED: "rejected",
  TASK_STATE_CANCELED: "canceled",
};
const mostRemembered = 10_000;

/** Tells what is seen of one agent's tasks. */
export class RemoteSightings {
  readonly #input: RemoteSightingsInput;
  // By task: what was asked of it, which only the reader of its first event knows, and the moments that were told.
  readonly #told = new Map<string, { readonly asked: Asked; readonly moments: Set<TaskMoment> }>();

  constructor(input: RemoteSightingsInput) {
    this.#input = input;
  }

  /** Keeps a task as it stands now, in one transaction with the records of its beginning and end and with what `beside` writes. */
  async keep(task: Task, asked: Asked, beside?: Beside, outcome = outcomes[task.status.state]): Promise<void> {
    const { store, tasks } = this.#input;
    const kept = await store.transaction(async (trx) => {
      const change = await tasks.keep(trx, task, asked.owner);
      // Before the log, which is every writer's last.
      await beside?.(trx);
      const kinds = [...(change.began ? ["task.started"] : []), ...(change.ended ? ["task.ended"] : [])];
      await store.events.append(
        trx,
        kinds.map((kind) => this.#record(kind, task, change)),
      );
      return change;
    });
    const by = { ...asked, owner: kept.owner };
    if (kept.began) this.tell("accepted", task, by);
    if (kept.ended || !isTerminal(task.status.state)) this.stands(task, by);
    if (kept.ended) this.tell("ended", task, by, outcome);
  }

  /** Tells what a task that goes on shows by itself. */
  stands(task: Task, asked: Asked): void {
    if ((task.artifacts?.length ?? 0) > 0) this.tell("first-artifact", task, asked);
    if (task.status.state === "TASK_STATE_INPUT_REQUIRED") this.tell("input-required", task, asked);
  }

  /** Tells that the hub was cut off from a task, unless it has ended. */
  async lose(task: Task, asked: Asked): Promise<void> {
    const row = await this.#input.tasks.find(task.id);
    if (row && !isTerminal(row.task.status.state)) this.tell("ended", task, { ...asked, owner: row.owner }, "lost");
  }

  /** Tells a moment of a task, the first time and before its end. */
  tell(moment: TaskMoment, task: Task, asked: Asked, outcome?: TaskOutcome): void {
    const { agent, clock, sighted } = this.#input;
    const told = this.#told.get(task.id) ?? this.#remember(task, asked);
    if (told.moments.has(moment) || told.moments.has("ended")) return;
    told.moments.add(moment);
    sighted({
      moment,
      agent,
      task: task.id,
      context: task.contextId,
      owner: told.asked.owner,
      skill: told.asked.skill,
      agreement: told.asked.agreement,
      at: clock.now(),
      outcome,
      cost: moment === "ended" ? costOf(task) : undefined,
    });
  }

  // After a restart, the message that began the task may still be in its history.
  #remember(task: Task, asked: Asked): { readonly asked: Asked; readonly moments: Set<TaskMoment> } {
    const began = askedBy(asked.owner, task.history?.[0]);
    const told = {
      asked: { ...began, skill: asked.skill ?? began.skill, agreement: asked.agreement ?? began.agreement },
      moments: new Set<TaskMoment>(),
    };
    this.#told.set(task.id, told);
    const oldest = this.#told.keys().next().value;
    if (this.#told.size > mostRemembered && oldest !== undefined) this.#told.delete(oldest);
    return told;
  }

  #record(kind: string, task: Task, { owner }: Kept) {
    const { agent } = this.#input;
    const data = { agent, context: task.contextId, owner, state: task.status.state };
    return { kind, actor: agent, subject: task.id, data };
  }
}
