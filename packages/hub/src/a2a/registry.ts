/**
 * The agents of this hub: each with a signed card, an A2A request handler over the store's durable tasks, and the ways
 * in (JSON-RPC over HTTP, and in-process calls that take the same path below the wire).
 */
import { AgentCard } from "@a2a-js/sdk";
import type { Agent, AgentContext } from "../base/agent.ts";
import type { Clock } from "../base/clock.ts";
import { configKeys } from "../base/config-keys.ts";
import { baseErrors } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { canonicalJson, sha256 } from "../base/json.ts";
import { Listeners } from "../base/listeners.ts";
import type { Logger } from "../base/logger.ts";
import { operator } from "../base/principals.ts";
import type { TaskSighting } from "../base/sighting.ts";
import type { Principal, ToolContext } from "../base/tool.ts";
import { openPartyKey, type PartyKey } from "../security/keys.ts";
import { Outgoing } from "../security/outgoing.ts";
import type { Store } from "../store/store.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Served } from "./bindings/http-call.ts";
import { legacyCard } from "./bindings/legacy.ts";
import { makeCard, rewrittenCard } from "./cards.ts";
import { hubIdOf, Lease } from "./engine/lease.ts";
import { LocalAgent } from "./engine/local-agent.ts";
import { TaskReader, unfinished } from "./engine/task-reader.ts";
import { TaskWriter } from "./engine/task-writer.ts";
import { a2aErrors } from "./errors.ts";
import { dataOf, dataPart, textOf, textPart } from "./parts.ts";
import type { AgentCardJson, JsonObject, Message, Part, Task } from "./protocol.ts";
import { PushSender } from "./push/sender.ts";
import { remoteTaskOf } from "./remote/remote-tasks.ts";
import type { AgentService, Call } from "./service.ts";

/** What the registry stands on. */
export interface RegistryInput {
  readonly store: Store;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly clock: Clock;
  readonly dataFolder: string;
  readonly version: string;
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
  /** How an agent answers messages that need no task (bids); given by the negotiation service. */
  readonly replyFor: (
    agent: Agent,
  ) => ((message: Message, ctx: AgentContext) => Promise<readonly Part[] | undefined>) | undefined;
}

/** A registered agent. */
export interface Member {
  readonly agent: Agent;
  readonly card: AgentCard;
  readonly cardJson: AgentCardJson;
  readonly key: PartyKey;
  readonly service: AgentService;
}

/** An agent elsewhere that the hub shows as one of its own. */
export interface Elsewhere {
  readonly name: string;
  /** Its own card, as it was pinned. */
  readonly card: AgentCard;
  readonly service: AgentService;
  readonly pushes: boolean;
}

/** What came of a message: an answer, or a task that ended or asks something. */
export type Reply =
  | { readonly kind: "message"; readonly parts: readonly Part[] }
  | { readonly kind: "task"; readonly task: Task };

/** A card as it is sent. */
export interface CardText {
  readonly text: string;
  readonly etag: string;
}

/** All members by name. */
export class Registry {
  /** The way out to addresses that others name. */
  readonly outgoing: Outgoing;
  readonly #input: RegistryInput;
  readonly #members = new Map<string, Member>();
  readonly #locals = new Map<string, LocalAgent>();
  readonly #cardTexts = new WeakMap<AgentCard, { now?: CardText; old?: CardText }>();
  readonly #hub: string;
  readonly #lease: Lease;
  #claimed = 0;
  readonly #sender: PushSender;
  readonly #writer: TaskWriter;
  readonly #sightings: Listeners<TaskSighting>;

  constructor(input: RegistryInput) {
    this.#input = input;
    const { store, clock, log, dataFolder, leaseMs = configKeys["a2a.leaseMs"].value } = input;
    this.#hub = hubIdOf(dataFolder, clock);
    this.#lease = new Lease({
      store,
      clock,
      log,
      hub: this.#hub,
      leaseMs,
      agents: () => [...this.#locals.keys()],
      claimed: async (agents) => {
        this.#claimed += await this.#takeUp(agents);
      },
      lost: () => {
        log.error({ leaseMs }, "the hub showed no sign of life for a whole lease and lets go of its tasks");
        for (const local of this.#locals.values()) local.abandon();
      },
    });
    const reader = new TaskReader(store, "", () => undefined);
    this.outgoing = new Outgoing(input.allowPrivate ?? []);
    this.#sender = new PushSender({
      ...input,
      outgoing: this.outgoing,
      keyOf: (agent) => this.#keyOf(agent),
      taskOf: async (id) => (await reader.any(id)) ?? (await remoteTaskOf(store, id)),
    });
    this.#writer = new TaskWriter(input.store, () => this.#sender.wake());
    this.#sightings = new Listeners((error) => input.log.error({ err: error }, "a listener to task sightings failed"));
  }

  /** Calls `listener` with all that is seen of tasks, after it is on disk; returns how to stop. */
  onSighting(listener: (sighting: TaskSighting) => void): () => void {
    return this.#sightings.add(listener);
  }

  /** Registers an agent reachable under `baseUrl`/a2a/NAME and, at `grpc` (host:port), over gRPC; keeps its card in the store. */
  async add(agent: Agent, baseUrl: string, grpc?: string): Promise<Member> {
    const { dataFolder, version } = this.#input;
    const { name } = agent.profile;
    const key = await openPartyKey(dataFolder, name);
    const address = { url: `${baseUrl}/a2a/${name}`, grpc };
    const bids = agent.bid !== undefined;
    const card = await makeCard(agent.profile, address, version, bids, key);
    const extended = agent.profile.extended && (await makeCard(agent.profile, address, version, bids, key, true));
    const earlier = this.#members.get(name);
    // An agent that only says something else of itself keeps its tasks.
    const kept = earlier?.agent === agent ? this.#locals.get(name) : undefined;
    const local = kept ?? this.#local(agent, extended && cardJsonOf(extended));
    const member: Member = { agent, card, cardJson: cardJsonOf(card), key, service: local };
    this.#members.set(name, member);
    this.#locals.set(name, local);
    await this.#keepCard(name, card, agent);
    return member;
  }

  /** Registers an agent elsewhere under its name here: its card is rewritten to lead through this hub, and signed anew. */
  async adopt({ name, card: theirs, service, pushes }: Elsewhere, baseUrl: string, grpc?: string): Promise<Member> {
    const key = await openPartyKey(this.#input.dataFolder, name);
    const card = await rewrittenCard(theirs, name, { url: `${baseUrl}/a2a/${name}`, grpc }, key, pushes);
    const { description, skills } = theirs;
    const profile = {
      name,
      description,
      skills: skills.map(({ id, name: title, description: what }) => ({ id, name: title, description: what })),
    };
    const member: Member = {
      agent: { ...gone(name), profile },
      card,
      cardJson: cardJsonOf(card),
      key,
      service,
    };
    this.#members.set(name, member);
    return member;
  }

  /** Forgets a member. */
  drop(name: string): void {
    this.#members.delete(name);
  }

  /** Every member, by name. */
  list(): readonly Member[] {
    return [...this.#members.values()].sort((a, b) => (a.agent.profile.name < b.agent.profile.name ? -1 : 1));
  }

  /** Whether there is a member of that name. */
  has(name: string): boolean {
    return this.#members.has(name);
  }

  /** Members that offer a skill. */
  withSkill(skill: string): readonly Member[] {
    return this.list().filter((member) => member.agent.profile.skills.some((offered) => offered.id === skill));
  }

  /** The member of that name. Throws AGENT_UNKNOWN. */
  get(name: string): Member {
    const member = this.#members.get(name);
    if (!member) throw a2aErrors.AGENT_UNKNOWN({ name, known: [...this.#members.keys()].sort() });
    return member;
  }

  /** A member as bindings see it. Throws AGENT_UNKNOWN. */
  served(name: string): Served {
    const { card, service } = this.get(name);
    const extensions = card.capabilities?.extensions.map((extension) => extension.uri) ?? [];
    return { name, service, card, extensions };
  }

  /** A member's card as bytes to send, for readers of A2A 1.0 or of 0.3. Throws AGENT_UNKNOWN. */
  async cardText(name: string, old: boolean): Promise<CardText> {
    const { card, cardJson } = this.get(name);
    const kept = this.#cardTexts.get(card) ?? {};
    this.#cardTexts.set(card, kept);
    const key = old ? "old" : "now";
    const text = kept[key]?.text ?? JSON.stringify(old ? await legacyCard(card) : cardJson);
    kept[key] ??= { text, etag: `"${sha256(text).slice(0, 16)}"` };
    return kept[key];
  }

  /**
   * Sends a message to an agent as `from` and waits for its answer, the end of its task or a question of it, which a message
   * with that `taskId` answers; an abort cancels the task.
   */
  async send(
    to: string,
    parts: readonly Part[],
    from: string,
    options: {
      contextId?: string;
      taskId?: string;
      extensions?: readonly string[];
      metadata?: JsonObject;
      signal?: AbortSignal;
      onTask?: (id: string) => void;
    } = {},
  ): Promise<Reply> {
    const { service } = this.get(to);
    const { contextId, taskId: answered, extensions = [], metadata, signal, onTask } = options;
    const principal: Principal = from === operator.id ? operator : { id: from, kind: "agent" };
    const call: Call = { principal, extensions, tenant: "", version: "1.0", signal: never };
    const message: Message = {
      messageId: newId("msg", this.#input.clock.now()),
      role: "ROLE_USER",
      parts,
      ...(contextId ? { contextId } : {}),
      ...(answered ? { taskId: answered } : {}),
      ...(extensions.length > 0 ? { extensions } : {}),
      ...(metadata ? { metadata } : {}),
    };
    let taskId: string | undefined;
    const cancel = (): void => {
      if (taskId) void service.cancelTask({ id: taskId }, call).catch(() => {}); // It may have ended meanwhile.
    };
    signal?.addEventListener("abort", cancel);
    try {
      for await (const event of service.sendStreamingMessage({ message }, call)) {
        if ("message" in event) return { kind: "message", parts: event.message.parts };
        if ("task" in event && taskId === undefined) {
          taskId = event.task.id;
          onTask?.(taskId);
          if (signal?.aborted) cancel();
        }
      }
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
    if (taskId === undefined) throw baseErrors.INTERNAL({ message: `${to} answered neither with a message nor with a task` });
    return { kind: "task", task: await service.getTask({ id: taskId }, call) };
  }

  /**
   * Takes up every task that a stop of this hub cut off, or that belongs to a hub that is gone, and the notifications not
   * sent; goes on watching for such tasks. Tasks of agents that are gone fail. Returns how many tasks there were.
   */
  async recover(): Promise<number> {
    await this.#lease.start();
    const { db } = this.#input.store;
    const rows = await db
      .selectFrom("tasks")
      .select("agent")
      .distinct()
      .where("state", "in", unfinished)
      .where("hub", "=", this.#hub)
      .execute();
    const count = await this.#takeUp(rows.map(({ agent }) => agent));
    await this.#writer.settled();
    this.#sender.start();
    return this.#claimed + count;
  }

  /** Stops all work, for shutdown. */
  stop(): void {
    for (const local of this.#locals.values()) local.stop();
  }

  /** Ends when everything that happened to tasks is on disk and no notification is on its way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.#writer.settled();
    await this.#lease.end();
    await this.#sender[Symbol.asyncDispose]();
    await this.outgoing[Symbol.asyncDispose]();
  }

  async #takeUp(agents: readonly string[]): Promise<number> {
    const counts = await Promise.all(agents.map((name) => (this.#locals.get(name) ?? this.#local(gone(name))).recover()));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async #keyOf(agent: string): Promise<PartyKey> {
    return this.#members.get(agent)?.key ?? (await openPartyKey(this.#input.dataFolder, agent));
  }

  #local(agent: Agent, extendedCard?: AgentCardJson): LocalAgent {
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
      sighted: (sighting) => this.sighted(sighting),
    });
  }

  /** Something waits in the outbox of push notifications. */
  notify(): void {
    this.#sender.wake();
  }

  /** Tells of a task at an agent elsewhere. */
  sighted(sighting: TaskSighting): void {
    const { moment, agent, outcome } = sighting;
    if (moment === "ended") this.#input.metrics.agentTasks.inc({ agent, state: outcome ?? "lost" });
    this.#sightings.tell(sighting);
  }

  async #keepCard(name: string, card: AgentCard, agent: Agent): Promise<void> {
    const { store, clock } = this.#input;
    const json = canonicalJson(AgentCard.toJSON(card));
    // The hash covers what the card says, not the address of this start nor the fresh signature.
    const hash = sha256(canonicalJson(agent.profile));
    await store.transaction(async (trx) => {
      const known = await trx.selectFrom("agents").select("card_hash").where("name", "=", name).executeTakeFirst();
      const row = { card_json: json, card_hash: hash, updated_at: clock.now() };
      await trx
        .insertInto("agents")
        .values({ name, ...row })
        .onConflict((conflict) => conflict.column("name").doUpdateSet(row))
        .execute();
      if (known?.card_hash !== hash)
        await store.events.append(trx, [
          {
            kind: "agent.registered",
            actor: "hub",
            subject: name,
            data: { hash, skills: agent.profile.skills.map((skill) => skill.id) },
          },
        ]);
    });
  }
}

function cardJsonOf(card: AgentCard): AgentCardJson {
  return AgentCard.toJSON(card) as AgentCardJson; // why: toJSON gives the ProtoJSON of a card
}

type AtOnce = NonNullable<ReturnType<RegistryInput["replyFor"]>>;

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

// Stands for an agent that this hub does not have any more.
function gone(name: string): Agent {
  return { profile: { name, description: "", skills: [] }, execute: () => Promise.reject(new Error("it is gone")) };
}

const never = new AbortController().signal;
