/**
 * The agents elsewhere that this hub vouches for. Adding one pins its card; from then on it is reachable at /a2a/NAME like
 * the hub's own. Its card is looked at again every `checkMs`: that tells its health, and a card that changed is kept beside
 * the pinned one until an operator approves it; so long everything goes by the pinned card.
 */
import { AgentCard } from "@a2a-js/sdk";
import { joinSchema } from "@entente/sdk";
import type { JWK } from "jose";
import { defineErrors } from "../../base/errors.ts";
import { canonicalJson } from "../../base/json.ts";
import type { RemoteAgentsTable } from "../../store/schema.ts";
import { cardUrl, fetchCard, type TrustedCard } from "./card-trust.ts";
import { type Health, openMember, pinned, type RemoteMember, type RemoteMemberInput } from "./remote-member.ts";

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
export interface RemoteAgentsInput extends RemoteMemberInput {
  /** Reaches the network, guarded, for an agent that is not known yet, with a bearer token for it. */
  readonly firstFetch: (credential: string | undefined) => typeof fetch;
  /** Whether the hub has an agent of its own by that name. */
  readonly taken: (name: string) => boolean;
  /** Called after an agent came, changed or went. */
  readonly changed: () => Promise<void>;
  readonly checkMs: number;
}

const unknown: Health = { state: "unknown", checkedAt: undefined, problem: undefined };
const cardTimeoutMs = 10_000;

/** All agents elsewhere. */
export class RemoteAgents implements AsyncDisposable {
  readonly #input: RemoteAgentsInput;
  readonly #members = new Map<string, RemoteMember>();
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
        this.#members.set(row.name, await openMember(this.#input, row, unknown));
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
    await this.#demandReachable(trusted.card);
    const member = await openMember(this.#input, row, { state: "up", checkedAt: clock.now(), problem: undefined });
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
    await this.#demandReachable(member.pending.card);
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
    const member = this.#demand(name);
    await store.transaction(async (trx) => {
      await trx.deleteFrom("remote_agents").where("name", "=", name).execute();
      await store.events.append(trx, [{ kind: "agent.removed", actor, subject: name, data: {} }]);
    });
    this.#members.delete(name);
    await member[Symbol.asyncDispose]();
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
    await Promise.all([...this.#members.values()].map((member) => member[Symbol.asyncDispose]()));
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
    // One follower at a time: the old one has stopped before the new one begins.
    await this.#members.get(name)?.[Symbol.asyncDispose]();
    const member = await openMember(this.#input, row, health);
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

  // `said` is the name as it came.
  #demandFree(name: string, said: string): void {
    if (!joinSchema.shape.name.safeParse(name).success) throw remoteAgentErrors.AGENT_NAME_INVALID({ name: said });
    if (this.#input.taken(name) || this.#members.has(name)) throw remoteAgentErrors.AGENT_NAME_TAKEN({ name });
  }

  // Throws CARD_INVALID for a card that leads nowhere we speak, and what the guard throws for one that leads inside.
  async #demandReachable(card: AgentCard): Promise<void> {
    const { chosenInterface, interfaceUrl } = await import("./remote-service.ts");
    this.#input.checkUrl(interfaceUrl(chosenInterface(card)));
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

// "Weather Reporter" becomes weather-reporter.
function nameOf(card: AgentCard): string {
  return card.name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[-0-9]+|-+$/g, "")
    .slice(0, 48);
}
