/** The agents of this hub by name: each with a signed card, kept in the store, and the service that bindings and the hub's own calls use. */
import { AgentCard } from "@a2a-js/sdk";
import type { Agent } from "../base/agent.ts";
import { newId } from "../base/ids.ts";
import { canonicalJson, sha256 } from "../base/json.ts";
import { Listeners } from "../base/listeners.ts";
import type { TaskSighting } from "../base/sighting.ts";
import { openPartyKey, type PartyKey } from "../security/keys.ts";
import type { Outgoing } from "../security/outgoing.ts";
import type { Served } from "./bindings/http-call.ts";
import { legacyCard } from "./bindings/legacy.ts";
import { makeCard, negotiationProtocols, rewrittenCard } from "./cards.ts";
import { gone, LocalAgents, type LocalAgentsInput } from "./engine/local-agents.ts";
import { a2aErrors } from "./errors.ts";
import { type Reply, type SendOptions, sendInside } from "./inside.ts";
import type { AgentCardJson, Part } from "./protocol.ts";
import { remoteTaskOf } from "./remote/remote-tasks.ts";
import type { AgentService } from "./service.ts";

/** What the registry stands on. */
export interface RegistryInput extends LocalAgentsInput {
  readonly version: string;
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

/** A card as it is sent. */
export interface CardText {
  readonly text: string;
  readonly etag: string;
}

/** All members by name. */
export class Registry {
  readonly #input: RegistryInput;
  readonly #members = new Map<string, Member>();
  readonly #cardTexts = new WeakMap<AgentCard, { now?: CardText; old?: CardText }>();
  readonly #locals: LocalAgents;
  readonly #sightings: Listeners<TaskSighting>;

  constructor(input: RegistryInput) {
    this.#input = input;
    this.#sightings = new Listeners((error) => input.log.error({ err: error }, "a listener to task sightings failed"));
    this.#locals = new LocalAgents(input, {
      sighted: (sighting) => this.sighted(sighting),
      keyOf: async (agent) => this.#members.get(agent)?.key ?? (await openPartyKey(input.dataFolder, agent)),
      elsewhere: (id) => remoteTaskOf(input.store, id),
    });
  }

  /** The way out to addresses that others name. */
  get outgoing(): Outgoing {
    return this.#locals.outgoing;
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
    const { bid, negotiate, vote, auction } = agent;
    const hooks = { "contract-net": bid, "alternating-offers": negotiate, vote, auction };
    const protocols = negotiationProtocols.filter((protocol) => hooks[protocol] !== undefined);
    const card = await makeCard(agent.profile, address, version, protocols, key);
    const extended = agent.profile.extended && (await makeCard(agent.profile, address, version, protocols, key, true));
    const local = this.#locals.add(agent, extended && cardJsonOf(extended));
    const member: Member = { agent, card, cardJson: cardJsonOf(card), key, service: local };
    this.#members.set(name, member);
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
   * Sends a message to an agent as `from` and waits for its answer, the end of its task or a question of it; an abort cancels
   * the task. Throws AGENT_UNKNOWN.
   */
  async send(to: string, parts: readonly Part[], from: string, options: SendOptions = {}): Promise<Reply> {
    return sendInside(this.get(to).service, newId("msg", this.#input.clock.now()), parts, from, options);
  }

  /** Takes up the work that a stop cut off; returns how many tasks there were. */
  recover(): Promise<number> {
    return this.#locals.recover();
  }

  /** Stops all work, for shutdown. */
  stop(): void {
    this.#locals.stop();
  }

  /** Ends when everything that happened to tasks is on disk and no notification is on its way. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#locals[Symbol.asyncDispose]();
  }

  /** Something waits in the outbox of push notifications. */
  notify(): void {
    this.#locals.notify();
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
