/**
 * Who belongs to the hub: its own agents, those that joined over pipes, and those elsewhere. All of them stand in one
 * registry, under one base URL, and whenever one comes or goes the MCP tools of the agents are offered anew.
 */

import type { Member, Registry } from "../a2a/registry.ts";
import { RemoteAgents } from "../a2a/remote/remote-agents.ts";
import type { Agent } from "../base/agent.ts";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../base/config.ts";
import type { Logger } from "../base/logger.ts";
import { nobody, operator } from "../base/principals.ts";
import { JoinedAgents } from "../joining/joined-agents.ts";
import { credentialFor, presenting, withCredential } from "../security/credentials.ts";
import type { Store } from "../store/store.ts";

/** What membership stands on. */
export interface MembershipInput {
  readonly registry: Registry;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: Config;
  readonly dataFolder: string;
  /** Names of agents of the hub's own that are not always there. */
  readonly reserved: readonly string[];
  /** Called with all members whenever they are others. */
  readonly offer: (members: readonly Member[]) => void;
}

// What no agent may be called, since principals are told apart by their ids.
const principals = [operator.id, nobody.id, "hub"];

/** The members of a hub. */
export class Membership implements AsyncDisposable {
  readonly elsewhere: RemoteAgents;
  readonly joined: JoinedAgents;
  readonly #registry: Registry;
  readonly #offer: () => void;
  readonly #adopted = new Set<string>();
  #baseUrl = "";
  #grpc: string | undefined;

  constructor({ registry, store, clock, log, config, dataFolder, reserved, offer }: MembershipInput) {
    this.#registry = registry;
    this.#offer = () => offer(registry.list());
    const taken = (name: string): boolean => [...principals, ...reserved].includes(name) || registry.has(name);
    this.elsewhere = new RemoteAgents({
      store,
      clock,
      log,
      fetchFor: (agent) => (address, init) => registry.outgoing.fetch(address, withCredential(dataFolder, agent, init)),
      grpcFor: (agent) => ({
        addressesOf: (host, port) => registry.outgoing.addressesOf(host, port),
        token: () => credentialFor(dataFolder, agent),
      }),
      firstFetch: (credential) => (address, init) => registry.outgoing.fetch(address, presenting(credential, init)),
      sighted: (sighting) => registry.sighted(sighting),
      taken,
      changed: () => this.#adopt(),
      checkMs: config.values["agents.checkMs"],
      limits: { messageMs: config.values["agents.messageMs"], answerMs: config.values["agents.answerMs"] },
      checkUrl: (url) => void registry.outgoing.check(url),
      wake: () => registry.notify(),
    });
    this.joined = new JoinedAgents({
      store,
      clock,
      log,
      graceMs: config.values["agents.graceMs"],
      register: async (agent) => {
        await this.add(agent);
        return `${this.#baseUrl}/a2a/${agent.profile.name}`;
      },
      taken,
      drop: (name) => {
        registry.drop(name);
        this.#offer();
      },
    });
  }

  /** Takes up the hub's own agents, under a base URL and, where gRPC is on, its host:port; then all others that are known. */
  async open(agents: readonly Agent[], baseUrl: string, grpc: string | undefined): Promise<void> {
    this.#baseUrl = baseUrl;
    this.#grpc = grpc;
    for (const agent of agents) await this.#registry.add(agent, baseUrl, grpc);
    await this.joined.open();
    await this.elsewhere.open();
    await this.#adopt();
  }

  /** Takes up one more agent. */
  async add(agent: Agent): Promise<void> {
    await this.#registry.add(agent, this.#baseUrl, this.#grpc);
    this.#offer();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.elsewhere[Symbol.asyncDispose]();
  }

  async #adopt(): Promise<void> {
    const members = this.elsewhere.list();
    for (const name of this.#adopted) if (!members.some((member) => member.name === name)) this.#registry.drop(name);
    this.#adopted.clear();
    for (const { name, card, service } of members) {
      await this.#registry.adopt({ name, card, service, pushes: true }, this.#baseUrl, this.#grpc);
      this.#adopted.add(name);
    }
    this.#offer();
  }
}
