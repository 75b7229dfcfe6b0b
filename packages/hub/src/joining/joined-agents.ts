/**
 * The agents that join this hub over pipes. A name belongs to the principal that joined under it first; it stays known, with
 * its card and its tasks, while the agent is away, also over a restart of the hub.
 */
import type { Endpoint } from "@entente/pipe";
import { type Join, joinSchema } from "@entente/sdk";
import type { Agent } from "../base/agent.ts";
import type { Clock } from "../base/clock.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import type { Logger } from "../base/logger.ts";
import type { Principal } from "../base/tool.ts";
import type { Store } from "../store/store.ts";
import { type Joined, joinedAgent, joiningErrors } from "./joined-agent.ts";
import { Presence } from "./presence.ts";

/** What the agents that join stand on. */
export interface JoinedAgentsInput {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly graceMs: number;
  /** Makes the agent known to the hub, in place of an earlier one of its name; gives its address. */
  readonly register: (agent: Agent) => Promise<string>;
  /** Whether somebody else has the name: an agent of the hub's own, or one elsewhere. */
  readonly taken: (name: string) => boolean;
  /** Makes the hub forget an agent. */
  readonly drop: (name: string) => void;
}

// Agents that one client may have; the operator's are not counted.
const mostOfClient = 256;

interface Kept {
  readonly joined: Joined;
  readonly agent: Agent;
}

/** All agents that ever joined. */
export class JoinedAgents {
  readonly #input: JoinedAgentsInput;
  readonly #kept = new Map<string, Kept>();

  constructor(input: JoinedAgentsInput) {
    this.#input = input;
  }

  /** Makes those known again that joined before; each is away until it comes back. */
  async open(): Promise<void> {
    const { store, log, register, taken } = this.#input;
    for (const row of await store.db.selectFrom("joined_agents").selectAll().orderBy("name").execute()) {
      if (taken(row.name)) {
        log.error({ agent: row.name, owner: row.owner }, "an agent that joined is left out: the hub has one of its name now");
        continue;
      }
      const join = joinSchema.parse(JSON.parse(row.profile_json));
      await register(this.#keep(join, row.owner, new Presence()));
    }
  }

  /** Whether an agent of that name has joined, here or away. */
  has(name: string): boolean {
    return this.#kept.has(name);
  }

  /** Whether an agent is connected now; undefined for one that never joined. */
  isHere(name: string): boolean | undefined {
    const kept = this.#kept.get(name);
    return kept && kept.joined.presence.endpoint !== undefined;
  }

  /** Whether an agent is connected over this very pipe. */
  isOn(name: string, endpoint: Endpoint): boolean {
    return this.#kept.get(name)?.joined.presence.endpoint === endpoint;
  }

  /** An agent comes, for the first time or again. Gives its address. Throws AGENT_NAME_FOREIGN, AGENT_TOO_MANY. */
  async join(join: Join, principal: Principal, endpoint: Endpoint): Promise<string> {
    const { store, clock, register, taken } = this.#input;
    const { name } = join;
    const known = this.#kept.get(name);
    if (known ? known.joined.owner !== principal.id : taken(name))
      throw joiningErrors.AGENT_NAME_FOREIGN({ agent: name, owner: known ? "another principal" : "this hub" });
    await store.transaction(async (trx) => {
      const agents = () => trx.selectFrom("joined_agents").where("owner", "=", principal.id);
      // Another hub on this store may have let somebody in under the name.
      const here = await trx.selectFrom("joined_agents").select("owner").where("name", "=", name).executeTakeFirst();
      if (here && here.owner !== principal.id)
        throw joiningErrors.AGENT_NAME_FOREIGN({ agent: name, owner: "another principal" });
      if (!here && principal.kind !== "operator") {
        const { count } = await agents()
          .select(({ fn }) => fn.countAll().as("count"))
          .executeTakeFirstOrThrow();
        if (Number(count) >= mostOfClient) throw joiningErrors.AGENT_TOO_MANY({ owner: principal.id, limit: mostOfClient });
      }
      const row = { owner: principal.id, profile_json: canonicalJson(plain(join)), joined_at: clock.now() };
      await trx
        .insertInto("joined_agents")
        .values({ name, ...row })
        .onConflict((conflict) => conflict.column("name").doUpdateSet(row))
        .execute();
      await store.events.append(trx, [{ kind: "agent.joined", actor: principal.id, subject: name, data: { bids: join.bids } }]);
    });
    // The same agent goes on, with the tasks it may have: only whether it bids and bargains is settled when it is made.
    const { bids, negotiates, votes, auctions } = known?.joined.join ?? {};
    const takesPart = [bids === join.bids, negotiates === join.negotiates, votes === join.votes, auctions === join.auctions];
    const same = takesPart.every(Boolean) ? known : undefined;
    if (same) same.joined.join = join;
    const agent = same?.agent ?? this.#keep(join, principal.id, known?.joined.presence ?? new Presence());
    const url = await register(agent);
    this.#kept.get(name)?.joined.presence.arrive(endpoint, () => {
      const left = { kind: "agent.left", actor: principal.id, subject: name, data: {} };
      void store.events.record(left).catch(() => {}); // The store may be closing; that the agent is away needs no record then.
    });
    return url;
  }

  /** Forgets an agent and ends its connection; the records of its tasks stay. */
  async forget(name: string, actor: string): Promise<void> {
    const { store, drop } = this.#input;
    await store.transaction(async (trx) => {
      await trx.deleteFrom("joined_agents").where("name", "=", name).execute();
      await store.events.append(trx, [{ kind: "agent.removed", actor, subject: name, data: {} }]);
    });
    const kept = this.#kept.get(name);
    this.#kept.delete(name);
    drop(name);
    kept?.joined.presence.endpoint?.close();
  }

  #keep(join: Join, owner: string, presence: Presence): Agent {
    const joined: Joined = { join, owner, presence };
    const agent = joinedAgent(joined, this.#input.graceMs);
    this.#kept.set(join.name, { joined, agent });
    return agent;
  }
}

// Members that are undefined are no JSON.
function plain(join: Join): Json {
  return JSON.parse(JSON.stringify(join));
}
