/**
 * The agents elsewhere that this hub vouches for. Adding one pins its card; from then on it is reachable at /a2a/NAME like
 * the hub's own. Its card is looked at again every `checkMs`: that tells its health, and a card that changed is kept beside
 * the pinned one until an operator approves it; so long everything goes by the pinned card.
 */
import { AgentCard } from "@a2a-js/sdk";
import type { TransportFactory } from "@a2a-js/sdk/client";
import { joinSchema } from "@entente/sdk";
import type { JWK } from "jose";
import type { Clock } from "../../base/clock.ts";
import { defineErrors } from "../../base/errors.ts";
import { canonicalJson } from "../../base/json.ts";
import type { Logger } from "../../base/logger.ts";
import type { TaskSighting } from "../../base/sighting.ts";
import type { RemoteAgentsTable } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { PushDesk } from "../push/desk.ts";
import type { AgentService } from "../service.ts";
import { cardUrl, fetchCard, type TrustedCard } from "./card-trust.ts";
import { guarded } from "./guarded-service.ts";
import { RemotePushes } from "./remote-pushes.ts";
import { RemoteSightings } from "./remote-sightings.ts";
import { RemoteTasks } from "./remote-tasks.ts";

export const remoteAgentErrors = defineErrors({
  AGENT_NAME_TAKEN: {
    status: 409,
    text: (d: { name: string }) => `there is an agent "${d.name}" already; give another name to know this one by`,
  },
  AGENT_NAME_INVALID: {
    status: 400,
    text: (d: { name: string }) =>
      `wanted an agent's name as lower-case letters, digits and dashes, at most 48; got "${d.name}", so give one to know it by`,
  },
  AGENT_NOT_REMOTE: { status: 404, text: (d: { name: string }) => `there is no agent "${d.name}" elsewhere that this hub knows` },
  CARD_NOT_PENDING: {
    status: 409,
    text: (d: { name: string; wanted: string; pending: string | undefined }) =>
      d.pending
        ? `the card of "${d.name}" that waits for approval has hash ${d.pending}; got ${d.wanted}`
        : `no changed card of "${d.name}" waits for approval`,
  },
});

/** What the agents elsewhere stand on. */
export interface RemoteAgentsInput {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** Reaches the network, guarded; `agent` says whose credentials to carry, if there are any. */
  readonly fetchFor: (agent: string) => typeof fetch;
  /** The same for an agent that is not known yet, with a bearer token for it. */
  readonly firstFetch: (credential: string | undefined) => typeof fetch;
  readonly grpc?: (() => Promise<TransportFactory>) | undefined;
  readonly sighted: (sighting: TaskSighting) => void;
  /** Whether the hub has an agent of its own by that name. */
  readonly taken: (name: string) => boolean;
  /** Called after an agent came, changed or went. */
  readonly changed: () => Promise<void>;
  readonly checkMs: number;
  /** How long an agent may take to answer what takes it no work, and how long a followed stream may rest before the task is looked at, ms. */
  readonly answerMs: number;
  /** Throws when the hub may not post notifications to a URL. */
  readonly checkUrl: (url: string) => void;
  /** Called when a notification waits in the outbox. */
  readonly wake: () => void;
}

/** How an agent answered when it was last looked at. */
export interface Health {
  readonly state: "unknown" | "up" | "down";
  readonly checkedAt: number | undefined;
  readonly problem: string | undefined;
}

/** An agent elsewhere. */
export interface RemoteMember {
  readonly name: string;
  readonly url: string;
  readonly card: AgentCard;
  readonly cardHash: string;
  /** The key that vouches for the card; undefined for one that was taken unsigned. */
  readonly key: JWK | undefined;
  readonly pending: { readonly hash: string; readonly card: AgentCard } | undefined;
  readonly service: AgentService;
  readonly health: Health;
}

const unknown: Health = { state: "unknown", checkedAt: undefined, problem: undefined };
const cardTimeoutMs = 10_000;

/** All agents elsewhere. */
export class RemoteAgents implements AsyncDisposable {
  readonly #input: RemoteAgentsInput;
  readonly #members = new Map<string, RemoteMember>();
  readonly #pushes = new Map<string, RemotePushes>();
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #checking: Promise<unknown> = Promise.resolve();

  constructor(input: RemoteAgentsInput) {
    this.#input = input;
  }

  /** Brings back what is in the store, without asking anybody, and begins to look after it. */
  async open(): Promise<void> {
    for (const row of await this.#input.store.db.selectFrom("remote_agents").selectAll().orderBy("name").execute()) {
      try {
        this.#members.set(row.name, await this.#memberOf(row, unknown));
      } catch (error) {
        this.#input.log.error({ err: error, agent: row.name }, "an agent elsewhere could not be opened by its pinned card");
      }
    }
    this.#timer = setInterval(() => {
      this.#checking = this.checkAll();
    }, this.#input.checkMs).unref();
  }

  /** Every agent elsewhere, by name. */
  list(): readonly RemoteMember[] {
    return [...this.#members.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The agent of that name, if it is one of these. */
  find(name: string): RemoteMember | undefined {
    return this.#members.get(name);
  }

  /** Fetches and pins a card. `key` is whom to trust; without it the first key of the card's own origin. Throws AGENT_*, CARD_*. */
  async add(
    asked: {
      readonly url: string;
      readonly name?: string | undefined;
      readonly key?: JWK | undefined;
      readonly allowUnsigned?: boolean;
      /** Bearer token for the card. */
      readonly credential?: string | undefined;
    },
    actor: string,
    signal: AbortSignal,
  ): Promise<RemoteMember> {
    const { store, clock, firstFetch } = this.#input;
    const url = cardUrl(asked.url);
    if (asked.name !== undefined) this.#demandFree(asked.name, asked.name);
    const trusted = await fetchCard({
      url,
      fetch: firstFetch(asked.credential),
      signal: this.#within(signal),
      key: asked.key,
      allowUnsigned: asked.allowUnsigned ?? false,
    });
    const name = asked.name ?? nameOf(trusted.card);
    this.#demandFree(name, asked.name ?? trusted.card.name);
    const row: RemoteAgentsTable = {
      name,
      url: url.href,
      ...pinned(trusted),
      pending_json: null,
      pending_hash: null,
      added_by: actor,
      added_at: clock.now(),
    };
    const member = await this.#memberOf(row, { state: "up", checkedAt: clock.now(), problem: undefined });
    await store.transaction(async (trx) => {
      await trx.insertInto("remote_agents").values(row).execute();
      const data = { url: row.url, hash: trusted.hash, signed: trusted.key !== undefined };
      await store.events.append(trx, [{ kind: "agent.added", actor, subject: name, data }]);
    });
    this.#members.set(name, member);
    await this.#input.changed();
    return member;
  }

  /** Takes the card that waits for approval in place of the pinned one. `hash` says which was looked at. Throws CARD_NOT_PENDING. */
  async approve(name: string, hash: string, actor: string): Promise<RemoteMember> {
    const { store } = this.#input;
    const member = this.#demand(name);
    if (member.pending?.hash !== hash)
      throw remoteAgentErrors.CARD_NOT_PENDING({ name, wanted: hash, pending: member.pending?.hash });
    await store.transaction(async (trx) => {
      await trx
        .updateTable("remote_agents")
        .set((eb) => ({ card_json: eb.ref("pending_json"), card_hash: hash, pending_json: null, pending_hash: null }) as never) // why: pending_json is not null here, which its column's type cannot say
        .where("name", "=", name)
        .where("pending_hash", "=", hash)
        .execute();
      await store.events.append(trx, [
        { kind: "agent.card-approved", actor, subject: name, data: { hash, before: member.cardHash } },
      ]);
    });
    return this.#reload(name, member.health);
  }

  /** Forgets an agent; the tasks that were sent to it stay in the store. */
  async remove(name: string, actor: string): Promise<void> {
    const { store } = this.#input;
    this.#demand(name);
    await store.transaction(async (trx) => {
      await trx.deleteFrom("remote_agents").where("name", "=", name).execute();
      await store.events.append(trx, [{ kind: "agent.removed", actor, subject: name, data: {} }]);
    });
    this.#members.delete(name);
    await this.#pushes.get(name)?.[Symbol.asyncDispose]();
    this.#pushes.delete(name);
    await this.#input.changed();
  }

  /** Looks at every agent's card again, all at once. */
  async checkAll(): Promise<void> {
    await Promise.allSettled([...this.#members.keys()].map((name) => this.check(name)));
  }

  /** Looks at an agent's card again. A problem becomes its health; nothing is thrown. */
  async check(name: string): Promise<RemoteMember> {
    const { clock, fetchFor } = this.#input;
    const member = this.#demand(name);
    try {
      const trusted = await fetchCard({
        url: new URL(member.url),
        fetch: fetchFor(name),
        signal: this.#within(),
        key: member.key,
        allowUnsigned: member.key === undefined,
      });
      const health: Health = { state: "up", checkedAt: clock.now(), problem: undefined };
      if (trusted.hash === member.cardHash || trusted.hash === member.pending?.hash) return this.#keepHealth(name, health);
      return await this.#keepPending(member, trusted, health);
    } catch (error) {
      if (this.#stop.signal.aborted) return member;
      const problem = error instanceof Error ? error.message : String(error);
      return this.#keepHealth(name, { state: "down", checkedAt: clock.now(), problem });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort(new Error("the hub is shutting down"));
    await this.#checking;
    await Promise.all([...this.#pushes.values()].map((pushes) => pushes[Symbol.asyncDispose]()));
  }

  async #keepPending(member: RemoteMember, trusted: TrustedCard, health: Health): Promise<RemoteMember> {
    const { store } = this.#input;
    const { name, cardHash } = member;
    await store.transaction(async (trx) => {
      await trx
        .updateTable("remote_agents")
        .set({ pending_json: canonicalJson(AgentCard.toJSON(trusted.card)), pending_hash: trusted.hash })
        .where("name", "=", name)
        .execute();
      await store.events.append(trx, [
        { kind: "agent.card-changed", actor: "hub", subject: name, data: { pinned: cardHash, pending: trusted.hash } },
      ]);
    });
    return this.#reload(name, health);
  }

  async #reload(name: string, health: Health): Promise<RemoteMember> {
    const row = await this.#input.store.db
      .selectFrom("remote_agents")
      .selectAll()
      .where("name", "=", name)
      .executeTakeFirstOrThrow();
    const member = await this.#memberOf(row, health);
    this.#members.set(name, member);
    await this.#input.changed();
    return member;
  }

  #keepHealth(name: string, health: Health): RemoteMember {
    const member = this.#demand(name);
    if (member.health.state !== health.state && health.state === "down")
      this.#input.log.warn({ agent: name, problem: health.problem }, "an agent elsewhere does not answer");
    const kept = { ...member, health };
    this.#members.set(name, kept);
    return kept;
  }

  async #memberOf(row: RemoteAgentsTable, health: Health): Promise<RemoteMember> {
    const { store, clock, fetchFor, grpc, sighted } = this.#input;
    const { name } = row;
    const card = AgentCard.fromJSON(JSON.parse(row.card_json));
    // The client is loaded by a hub that has agents elsewhere, and by no other.
    const { openRemote } = await import("./remote-service.ts");
    const remote = await openRemote({ name, card, fetch: fetchFor(name), grpc, answerMs: this.#input.answerMs });
    const desk = new PushDesk({ store, clock, agent: name, checkUrl: this.#input.checkUrl });
    await this.#pushes.get(name)?.[Symbol.asyncDispose]();
    const tasks = new RemoteTasks(store, clock, name);
    const sightings = new RemoteSightings({ agent: name, tasks, store, clock, sighted });
    const { log, wake, answerMs } = this.#input;
    const pushes = new RemotePushes({ agent: name, remote, desk, tasks, sightings, store, clock, log, wake, quietMs: answerMs });
    this.#pushes.set(name, pushes);
    await pushes.open();
    const service = guarded({ remote, pushes, tasks, sightings });
    return {
      name,
      url: row.url,
      card,
      cardHash: row.card_hash,
      key: row.key_json === null ? undefined : JSON.parse(row.key_json),
      pending:
        row.pending_json === null || row.pending_hash === null
          ? undefined
          : { hash: row.pending_hash, card: AgentCard.fromJSON(JSON.parse(row.pending_json)) },
      service,
      health,
    };
  }

  // `said` is the name as it came.
  #demandFree(name: string, said: string): void {
    if (!joinSchema.shape.name.safeParse(name).success) throw remoteAgentErrors.AGENT_NAME_INVALID({ name: said });
    if (this.#input.taken(name) || this.#members.has(name)) throw remoteAgentErrors.AGENT_NAME_TAKEN({ name });
  }

  #demand(name: string): RemoteMember {
    const member = this.#members.get(name);
    if (!member) throw remoteAgentErrors.AGENT_NOT_REMOTE({ name });
    return member;
  }

  #within(signal?: AbortSignal): AbortSignal {
    return AbortSignal.any([this.#stop.signal, AbortSignal.timeout(cardTimeoutMs), ...(signal ? [signal] : [])]);
  }
}

function pinned({ card, hash, key }: TrustedCard): Pick<RemoteAgentsTable, "card_json" | "card_hash" | "key_json"> {
  return {
    card_json: canonicalJson(AgentCard.toJSON(card)),
    card_hash: hash,
    key_json: key ? canonicalJson(JSON.parse(JSON.stringify(key))) : null,
  };
}

// "Weather Reporter" becomes weather-reporter.
function nameOf(card: AgentCard): string {
  return card.name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[-0-9]+|-+$/g, "")
    .slice(0, 48);
}
