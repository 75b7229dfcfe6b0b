/** The tasks of one agent that have not ended, with the runs that work on them: begun, taken up again, stopped. */
import type { Agent, AgentTask, TaskReference } from "../../base/agent.ts";
import type { Clock } from "../../base/clock.ts";
import { newId } from "../../base/ids.ts";
import type { Logger } from "../../base/logger.ts";
import type { TaskSighting } from "../../base/sighting.ts";
import type { ToolContext } from "../../base/tool.ts";
import { a2aErrors } from "../errors.ts";
import { textPart } from "../parts.ts";
import type { Message, SendMessageConfiguration, Task } from "../protocol.ts";
import type { PushDesk } from "../push/desk.ts";
import type { Call } from "../service.ts";
import { agentTask, named, timeFor } from "./incoming.ts";
import { LiveTask } from "./live-task.ts";
import { Run } from "./run.ts";
import { begin, type Life, revive } from "./task-machine.ts";
import type { KeptTask } from "./task-reader.ts";
import type { TaskOwnership, TaskWriter } from "./task-writer.ts";

/** What the tasks stand on. */
export interface LiveTasksInput {
  readonly agent: Agent;
  /** Id of this hub among those on its store. */
  readonly hub: string;
  readonly writer: TaskWriter;
  readonly clock: Clock;
  readonly log: Logger;
  /** Most items that wait for a slow reader of a task. */
  readonly buffer: number;
  /** Most tasks that have not ended. */
  readonly liveTasks: number;
  /** A tool context that acts as the agent. */
  readonly context: (signal: AbortSignal) => ToolContext;
  readonly sighted: (sighting: TaskSighting) => void;
}

/** A task, and the run that works on it; one that is only being ended has none. */
export interface Working {
  readonly live: LiveTask;
  readonly run: Run | undefined;
}

/** What a task is made of. */
export interface Beginning {
  readonly message: Message;
  readonly contextId: string;
  readonly configuration: SendMessageConfiguration | undefined;
  readonly references: readonly TaskReference[];
  readonly call: Call;
  /** Hears of the task before anything happens to it. */
  readonly taken: (live: LiveTask) => void;
}

const interrupted = "the hub stopped while this ran";

/** The live tasks of one agent. */
export class LiveTasks {
  readonly #input: LiveTasksInput;
  readonly #name: string;
  readonly #push: PushDesk;
  readonly #working = new Map<string, Working>();

  constructor(input: LiveTasksInput, push: PushDesk) {
    this.#input = input;
    this.#name = input.agent.profile.name;
    this.#push = push;
  }

  /** A task that has not ended, or whose end is not on disk yet. */
  get(id: string): Working | undefined {
    return this.#working.get(id);
  }

  /** Makes a task and starts the agent on it. Throws TOO_MANY_TASKS. */
  begin({ message, contextId, configuration, references, call, taken }: Beginning): LiveTask {
    const { clock, hub, liveTasks: limit } = this.#input;
    if (this.#working.size >= limit) throw a2aErrors.TOO_MANY_TASKS({ agent: this.#name, limit });
    const now = clock.now();
    const id = newId("task", now);
    const pushConfigs = this.#push.first(id, configuration, call.version);
    const [life, effects] = begin(id, contextId, { ...message, taskId: id, contextId }, now);
    const of = { agent: this.#name, tenant: call.tenant, owner: call.principal.id, hub, createdAt: now };
    const live = this.#live(life, of, message, false);
    const task = agentTask(life.task, message, references);
    const run = this.#run(live, task, [], timeFor(message));
    taken(live);
    live.created(effects, [live.record("task.started", { text: task.text.slice(0, 200) })], pushConfigs);
    void run.start();
    return live;
  }

  /** Takes up a task that a stop of a hub cut off, unless it is here: runs it again or fails it, as the agent wants. */
  async resume({ task, seq, ...of }: KeptTask): Promise<boolean> {
    if (this.#working.has(task.id)) return false;
    await this.#push.resume(task.id);
    const { agent, hub } = this.#input;
    const [message, ...answers] = (task.history ?? []).filter((said) => said.role === "ROLE_USER");
    const live = this.#live(revive(task, seq), { ...of, agent: this.#name, hub }, message, true);
    if (agent.restart === "rerun" && message) {
      void this.#run(live, agentTask(task, message, []), answers, timeFor(message)).start(
        "the hub was restarted; this runs again",
      );
    } else {
      this.#working.set(task.id, { live, run: undefined });
      live.happen({ kind: "status", state: "TASK_STATE_FAILED", message: this.#said(task, interrupted), lost: true });
    }
    return true;
  }

  /** Lets go of everything, because another hub may have taken it up. */
  abandon(): void {
    for (const { live, run } of this.#working.values()) {
      live.suspend();
      run?.stop("another hub has taken this up");
    }
    this.#working.clear();
  }

  /** Stops everything; what will run again stays as it is, the rest fails. */
  stop(): void {
    for (const { live, run } of this.#working.values()) {
      if (this.#input.agent.restart === "rerun") {
        live.suspend();
        run?.stop(interrupted);
      } else run?.end("TASK_STATE_FAILED", interrupted);
    }
  }

  #live(life: Life, of: TaskOwnership, message: Message | undefined, durable: boolean): LiveTask {
    const { writer, clock, buffer, sighted } = this.#input;
    const { id } = life.task;
    return new LiveTask(
      {
        writer,
        now: () => clock.now(),
        of,
        buffer,
        skill: named(message, "skill"),
        agreement: named(message, "agreement"),
        sighted,
        notify: (item, seq) => this.#push.notifications(id, of.owner, item, seq),
        done: (error) => this.#done(id, error),
      },
      life,
      durable,
    );
  }

  #done(id: string, error: unknown): void {
    if (error) {
      this.#input.log.error({ err: error, task: id }, "a task could not be kept; its agent is stopped");
      this.#working.get(id)?.run?.stop("its task could not be kept");
    }
    this.#working.delete(id);
    this.#push.forget(id);
  }

  #run(live: LiveTask, task: AgentTask, answers: readonly Message[], limitMs: number | undefined): Run {
    const { agent, context, log, clock } = this.#input;
    const newMessageId = (): string => newId("msg", clock.now());
    const run = new Run({ agent, live, task, context, log, newMessageId, answers, limitMs, now: () => clock.now() });
    this.#working.set(live.id, { live, run });
    return run;
  }

  #said({ id, contextId }: Task, sentence: string): Message {
    const messageId = newId("msg", this.#input.clock.now());
    return { messageId, role: "ROLE_AGENT", parts: [textPart(sentence)], contextId, taskId: id };
  }
}
