/**
 * The agents of this hub: each with a signed card, an A2A request handler over the store's durable tasks, and the ways
 * in (JSON-RPC over HTTP, and in-process calls that take the same path below the wire).
 */
import { AgentCard } from "@a2a-js/sdk";
import { DefaultRequestHandler } from "@a2a-js/sdk/server";
import type { Agent, AgentContext } from "../base/agent.ts";
import type { Clock } from "../base/clock.ts";
import { baseErrors } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { canonicalJson, sha256 } from "../base/json.ts";
import type { Logger } from "../base/logger.ts";
import { operator } from "../base/principals.ts";
import type { Principal, ToolContext } from "../base/tool.ts";
import { openPartyKey, type PartyKey } from "../security/keys.ts";
import type { Store } from "../store/store.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Served } from "./bindings/http-call.ts";
import { makeCard } from "./cards.ts";
import { a2aErrors } from "./errors.ts";
import { HubExecutor } from "./executor.ts";
import { textPart } from "./parts.ts";
import type { AgentCardJson, JsonObject, Message, Part, Task } from "./protocol.ts";
import { sdkService } from "./sdk-service.ts";
import type { AgentService, Call } from "./service.ts";
import { StoredTasks } from "./task-store.ts";

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
  readonly executor: HubExecutor;
}

/** What came of a message: an answer, or a task that ended. */
export type Reply =
  | { readonly kind: "message"; readonly parts: readonly Part[] }
  | { readonly kind: "task"; readonly task: Task };

/** All members by name. */
export class Registry {
  readonly #input: RegistryInput;
  readonly #members = new Map<string, Member>();

  constructor(input: RegistryInput) {
    this.#input = input;
  }

  /** Registers an agent reachable under `baseUrl`/a2a/NAME, and keeps its card in the store. */
  async add(agent: Agent, baseUrl: string): Promise<Member> {
    const { store, metrics, log, clock, dataFolder, version } = this.#input;
    const { name } = agent.profile;
    const key = await openPartyKey(dataFolder, name);
    const card = await makeCard(agent.profile, `${baseUrl}/a2a/${name}`, version, agent.bid !== undefined, key);
    const executor = new HubExecutor({
      agent,
      events: store.events,
      metrics,
      clock,
      log,
      context: (signal) => this.#input.contextFor(name, signal),
      reply: this.#input.replyFor(agent),
    });
    const handler = new DefaultRequestHandler(card, new StoredTasks(store, name, clock), executor);
    const cardJson = AgentCard.toJSON(card) as AgentCardJson; // why: toJSON gives the ProtoJSON of a card
    const member: Member = { agent, card, cardJson, key, service: sdkService(handler), executor };
    this.#members.set(name, member);
    await this.#keepCard(name, card, agent);
    return member;
  }

  /** Every member, by name. */
  list(): readonly Member[] {
    return [...this.#members.values()].sort((a, b) => (a.agent.profile.name < b.agent.profile.name ? -1 : 1));
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
    return { name, service, extensions, inputModes: card.defaultInputModes };
  }

  /** Sends a message to an agent as `from` and waits for its answer or the end of its task; an abort cancels the task. */
  async send(
    to: string,
    parts: readonly Part[],
    from: string,
    options: {
      contextId?: string;
      extensions?: readonly string[];
      metadata?: JsonObject;
      signal?: AbortSignal;
      onTask?: (id: string) => void;
    } = {},
  ): Promise<Reply> {
    const { service } = this.get(to);
    const { contextId, extensions = [], metadata, signal, onTask } = options;
    const principal: Principal = from === operator.id ? operator : { id: from, kind: "agent" };
    const call: Call = { principal, extensions, tenant: "", version: "1.0", signal: never };
    const message: Message = {
      messageId: newId("msg", this.#input.clock.now()),
      role: "ROLE_USER",
      parts,
      ...(contextId ? { contextId } : {}),
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

  /** Ends tasks that a stop of the hub cut off: they are marked failed and say so. Returns how many. */
  async closeInterrupted(): Promise<number> {
    const { store, clock } = this.#input;
    const open = ["TASK_STATE_SUBMITTED", "TASK_STATE_WORKING"];
    const rows = await store.db.selectFrom("tasks").selectAll().where("state", "in", open).execute();
    for (const row of rows) {
      const task: Task = JSON.parse(row.task_json);
      const message: Message = {
        messageId: newId("msg", clock.now()),
        role: "ROLE_AGENT",
        parts: [textPart("the hub stopped while this ran")],
        contextId: row.context_id,
        taskId: row.id,
      };
      const status = { state: "TASK_STATE_FAILED" as const, message, timestamp: new Date(clock.now()).toISOString() };
      await store.transaction(async (trx) => {
        await trx
          .updateTable("tasks")
          .set({ state: "TASK_STATE_FAILED", task_json: canonicalJson({ ...task, status }), updated_at: clock.now() })
          .where("id", "=", row.id)
          .execute();
        await store.events.append(trx, [
          {
            kind: "task.ended",
            actor: "hub",
            subject: row.id,
            data: {
              agent: row.agent,
              context: row.context_id,
              owner: row.owner,
              state: "TASK_STATE_FAILED",
              problem: "interrupted",
            },
          },
        ]);
      });
    }
    return rows.length;
  }

  /** Cancels everything running, for shutdown. */
  stop(reason: string): void {
    for (const member of this.#members.values()) member.executor.stop(reason);
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

const never = new AbortController().signal;
