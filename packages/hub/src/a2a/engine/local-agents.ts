/**
 * The agents of this hub at work: what they share - the writer of their tasks, the lease, the way out for notifications - and
 * what is done with all of them, taking up work at the start and stopping it at the end.
 */
import type { Agent, AgentContext } from "../../base/agent.ts";
import type { Clock } from "../../base/clock.ts";
import { configKeys } from "../../base/config-keys.ts";
import type { Logger } from "../../base/logger.ts";
import type { TaskSighting } from "../../base/sighting.ts";
import type { ToolContext } from "../../base/tool.ts";
import type { PartyKey } from "../../security/keys.ts";
import { Outgoing } from "../../security/outgoing.ts";
import type { Store } from "../../store/store.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import { dataOf, dataPart, textOf, textPart } from "../parts.ts";
import type { AgentCardJson, Message, Part, Task } from "../protocol.ts";
import { postNotification } from "../push/posting.ts";
import { PushSender } from "../push/sender.ts";
import { hubIdOf, Lease } from "./lease.ts";
import { type CoverTask, LocalAgent } from "./local-agent.ts";
import { TaskReader, unfinished } from "./task-reader.ts";
import { TaskWriter } from "./task-writer.ts";

/** What the agents stand on; limits that are left out have their configuration's default. */
export interface LocalAgentsInput {
  readonly store: Store;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly clock: Clock;
  readonly dataFolder: string;
  /** A tool context that acts as the named agent. */
  readonly contextFor: (agent: string, signal: AbortSignal) => ToolContext;
  /** Addresses that are not public and may be notified nevertheless; net.allowPrivate. */
  readonly allowPrivate?: readonly string[];
  /** Most events that wait for a slow reader of a task; a2a.streamBuffer. */
  readonly streamBuffer?: number;
  /** Most tasks of one agent that have not ended; a2a.liveTasks. */
  readonly liveTasks?: number;
  /** After how long the tasks of a hub without a sign of life are taken over, ms; a2a.leaseMs. */
  readonly leaseMs?: number;
  /** Counts a task that names an agreement; given by the negotiation service. */
  readonly cover?: CoverTask;
  /** How an agent answers messages that need no task (bids); given by the negotiation service. */
  readonly replyFor: (
    agent: Agent,
  ) => ((message: Message, ctx: AgentContext) => Promise<readonly Part[] | undefined>) | undefined;
}

/** What the agents ask of their registry. */
export interface LocalAgentsHooks {
  /** Hears of all that is seen of tasks, after it is on disk. */
  readonly sighted: (sighting: TaskSighting) => void;
  /** The key that an agent signs with, also one that is gone. */
  readonly keyOf: (agent: string) => Promise<PartyKey>;
  /** A task of an agent elsewhere, for its notifications. */
  readonly elsewhere: (id: string) => Promise<Task | undefined>;
}

/** The agents of one hub. */
export class LocalAgents implements AsyncDisposable {
  readonly #input: LocalAgentsInput;
  readonly #hooks: LocalAgentsHooks;
  readonly #agents = new Map<string, LocalAgent>();
  readonly #hub: string;
  readonly #lease: Lease;
  /** The way out to addresses that others name. */
  readonly outgoing: Outgoing;
  readonly #sender: PushSender;
  readonly #writer: TaskWriter;
  #takingUp: Promise<number> = Promise.resolve(0);

  constructor(input: LocalAgentsInput, hooks: LocalAgentsHooks) {
    this.#input = input;
    this.#hooks = hooks;
    const { store, clock, log, dataFolder, leaseMs = configKeys["a2a.leaseMs"].value } = input;
    this.#hub = hubIdOf(dataFolder, clock);
    this.#lease = new Lease({
      store,
      clock,
      log,
      hub: this.#hub,
      leaseMs,
      agents: () => [...this.#agents.keys()],
      claimed: async () => void (await this.#takeUp()),
      lost: () => {
        log.error({ leaseMs }, "the hub showed no sign of life for a whole lease and lets go of its tasks");
        for (const agent of this.#agents.values()) agent.tasks.abandon();
      },
    });
    const reader = new TaskReader(store, "", () => undefined);
    this.outgoing = new Outgoing(input.allowPrivate ?? []);
    const posting = {
      clock,
      outgoing: this.outgoing,
      keyOf: hooks.keyOf,
      taskOf: async (id: string) => (await reader.any(id)) ?? (await hooks.elsewhere(id)),
    };
    this.#sender = new PushSender({
      ...input,
      post: (posted, config, signal) => postNotification(posted, config, posting, signal),
    });
    this.#writer = new TaskWriter(store, () => this.#sender.wake());
  }

  /**
   * Adds an agent; one that only says something else of itself keeps its tasks. `extendedCard` is for callers with a token,
   * where that says more than the open one.
   */
  add(agent: Agent, extendedCard: AgentCardJson | undefined): LocalAgent {
    const { name } = agent.profile;
    const earlier = this.#agents.get(name);
    if (earlier?.agent === agent) return earlier;
    const local = this.#make(agent, extendedCard);
    this.#agents.set(name, local);
    return local;
  }

  /**
   * Takes up every task that a stop of this hub cut off, or that belongs to a hub that is gone, and the notifications not
   * sent; goes on watching for such tasks. Tasks of agents that are gone fail. Returns how many tasks there were.
   */
  async recover(): Promise<number> {
    await this.#lease.start();
    const count = await this.#takeUp();
    await this.#writer.settled();
    this.#sender.start();
    return count;
  }

  /** Something waits in the outbox of push notifications. */
  notify(): void {
    this.#sender.wake();
  }

  /** Stops all work, for shutdown. */
  stop(): void {
    for (const agent of this.#agents.values()) agent.tasks.stop();
  }

  /** Ends when everything that happened to tasks is on disk and no notification is on its way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.#writer.settled();
    await this.#lease.end();
    await this.#sender[Symbol.asyncDispose]();
    await this.outgoing[Symbol.asyncDispose]();
  }

  // One after the other, so that no task is taken up twice. Resolves to how many were, from the beginning.
  #takeUp(): Promise<number> {
    // A round that failed told whoever asked for it.
    this.#takingUp = this.#takingUp
      .catch(() => 0)
      .then(async (before) => {
        const rows = await this.#input.store.db
          .selectFrom("tasks")
          .select("agent")
          .distinct()
          .where("state", "in", unfinished)
          .where("hub", "=", this.#hub)
          .execute();
        const counts = await Promise.all(
          rows.map(({ agent }) => (this.#agents.get(agent) ?? this.#make(gone(agent), undefined)).recover()),
        );
        return counts.reduce((sum, count) => sum + count, before);
      });
    return this.#takingUp;
  }

  #make(agent: Agent, extendedCard: AgentCardJson | undefined): LocalAgent {
    const { store, log, clock, contextFor, replyFor } = this.#input;
    const { streamBuffer = configKeys["a2a.streamBuffer"].value, liveTasks = configKeys["a2a.liveTasks"].value } = this.#input;
    return new LocalAgent({
      agent,
      hub: this.#hub,
      store,
      writer: this.#writer,
      clock,
      log,
      checkUrl: (url) => void this.outgoing.check(url),
      extendedCard,
      buffer: streamBuffer,
      liveTasks,
      context: (signal) => contextFor(agent.profile.name, signal),
      reply: answering(agent, replyFor(agent)),
      cover: this.#input.cover,
      sighted: this.#hooks.sighted,
    });
  }
}

type AtOnce = NonNullable<ReturnType<LocalAgentsInput["replyFor"]>>;

// What needs no task: first what the hub answers for the agent (bids), then what the agent answers itself.
function answering({ answer }: Agent, reply: AtOnce | undefined): AtOnce | undefined {
  if (!answer) return reply;
  return async (message, ctx) => {
    const known = await reply?.(message, ctx);
    if (known) return known;
    const { contextId, parts } = message;
    const said = await answer({ contextId, text: textOf(parts), data: dataOf(parts), content: parts }, ctx);
    return said && [textPart(said.text), ...(said.data === undefined ? [] : [dataPart(said.data)])];
  };
}

/** Stands for an agent that this hub does not have, or not any more. */
export function gone(name: string): Agent {
  return { profile: { name, description: "", skills: [] }, execute: () => Promise.reject(new Error("it is gone")) };
}
