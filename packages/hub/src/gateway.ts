/**
 * The gateway joins everything: store, catalogue, dispatcher, agents, negotiation, pillars and the front. It has two
 * openings. `openHub` is the hub without a network, for the command line and MCP over stdio; `serveHub` adds the HTTP
 * front, the agents' work and the live streams.
 */
import { join } from "node:path";
import { Registry } from "./a2a/registry.ts";
import type { Agent } from "./base/agent.ts";
import { type Clock, systemClock } from "./base/clock.ts";
import type { Config } from "./base/config.ts";
import { privateFolder } from "./base/files.ts";
import { loadFolder } from "./base/folder.ts";
import { Listeners } from "./base/listeners.ts";
import type { Logger } from "./base/logger.ts";
import type { Prompt, Resource } from "./base/resource.ts";
import type { TaskSighting } from "./base/sighting.ts";
import { serviceParamsOf } from "./base/sla-extension.ts";
import type { ToolContext, ToolFactory } from "./base/tool.ts";
import { version } from "./base/version.ts";
import type { HubDesk } from "./desk/hub-desk.ts";
import { agreementTerms } from "./joins/agreement-terms.ts";
import { AgreementsKept } from "./joins/agreements-kept.ts";
import { routedSending } from "./joins/routed-sending.ts";
import { slaNotices } from "./joins/sla-notices.ts";
import { vectorOf, wordsOf } from "./learning/ingest/features.ts";
import { Learning } from "./learning/pillar.ts";
import { Catalogue } from "./mcp/catalogue.ts";
import { Dispatcher } from "./mcp/dispatch.ts";
import { bidderReply } from "./negotiation/bidder.ts";
import { Contracting } from "./negotiation/contracting.ts";
import type { NegotiationDesk } from "./negotiation/desk.ts";
import { Solving } from "./quantum/pillar.ts";
import { policyOf } from "./routing/policy.ts";
import { Routing } from "./routing/routing.ts";
import { Sla } from "./sla/sla.ts";
import { Principals } from "./store/principals.ts";
import { openStore, type Store } from "./store/store.ts";
import { openLog } from "./telemetry/log.ts";
import { Metrics } from "./telemetry/metrics.ts";

/** Options of a hub. */
export interface HubInput {
  readonly config: Config;
  readonly clock?: Clock;
  /** Base URL that agent cards carry; set by serving. */
  readonly baseUrl?: string;
}

/** A hub, joined. */
export interface Hub extends AsyncDisposable {
  readonly config: Config;
  readonly clock: Clock;
  readonly dataFolder: string;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly store: Store;
  readonly principals: Principals;
  readonly dispatcher: Dispatcher;
  readonly registry: Registry;
  readonly contracting: Contracting;
  readonly learning: Learning;
  readonly routing: Routing;
  readonly sla: Sla;
  /** Resources that change by themselves tell it here, by URI. */
  readonly resourceChanges: Listeners<string>;
  /** Registers the built-in agents under a base URL. */
  readonly addAgents: (baseUrl: string) => Promise<void>;
}

/** Opens the hub over its data folder. Throws STORE_* and what the configuration makes impossible. */
export async function openHub(input: HubInput): Promise<Hub> {
  const { config, clock = systemClock } = input;
  const dataFolder = privateFolder(config.values["data.dir"]);
  const log = openLog(config.values["log.level"]);
  const metrics = new Metrics();
  const store = await openStore({ url: config.values["store.url"], dataFolder, clock });
  const principals = new Principals(store, clock);
  const startedAt = clock.now();
  const registry: Registry = new Registry({
    store,
    metrics,
    log,
    clock,
    dataFolder,
    version,
    contextFor: (agent, signal) => contextOf(agent, signal),
    replyFor: (agent) =>
      bidderReply(agent, dataFolder, (negotiation, bidder) => contracting.records.proposal(negotiation, bidder)),
  });
  const contracting: Contracting = new Contracting({ store, registry, clock, dataFolder });
  const learning = new Learning({ store, config, clock, metrics, dataFolder });
  const solving = new Solving();
  const agents = () => registry.list().map(({ agent, card }) => ({ name: agent.profile.name, card }));
  const services = config.values["routing.services"];
  const sla = await Sla.open({
    store,
    clock,
    metrics,
    log,
    values: config.values,
    agents: () =>
      registry.list().map(({ agent: { profile }, card }) => ({
        ...profile,
        service: { ...serviceParamsOf(card), ...services[profile.name] },
      })),
    agreement: agreementTerms(store),
  });
  const agreementsKept = new AgreementsKept(store, () => clock.now());
  const sighted = (sighting: TaskSighting): void => {
    sla.observe(sighting);
    routing.observe(sighting);
  };
  const routing: Routing = new Routing({
    policy: policyOf(config.values),
    lists: { allow: config.values["routing.allow"], deny: config.values["routing.deny"] },
    keptDecisions: config.values["routing.keptDecisions"],
    clock,
    events: store.events,
    metrics,
    reading: { vectorOf, wordsOf },
    agents,
    services,
    facts: (agent) => ({ ...sla.standing(agent), agreementsKept: agreementsKept.of(agent) }),
    send: routedSending({ registry, clock, graceMs: config.values["limits.drainMs"], sighted }),
  });
  const resourceChanges = new Listeners<string>((error) => log.error({ err: error }, "a listener to resources failed"));
  const stopNotices = slaNotices(sla, resourceChanges);
  const hubDesk: HubDesk = { store, principals, config, registry, contracting, startedAt };
  const negotiationDesk: NegotiationDesk = { store, contracting, keyOf: (party) => registry.get(party).key.publicJwk };
  const [hubTools, negotiationTools, routingTools, slaTools, learningTools, quantumTools, resources, prompts] = await Promise.all(
    [
      loadFolder<ToolFactory<HubDesk>>(folder("desk/tools")),
      loadFolder<ToolFactory<NegotiationDesk>>(folder("negotiation/tools")),
      loadFolder<ToolFactory<Routing>>(folder("routing/tools")),
      loadFolder<ToolFactory<Sla>>(folder("sla/tools")),
      loadFolder<ToolFactory<Learning>>(folder("learning/tools")),
      loadFolder<ToolFactory<Solving>>(folder("quantum/tools")),
      loadFolder<Resource>(folder("desk/resources")),
      loadFolder<Prompt>(folder("desk/prompts")),
    ],
  );
  const tools = [
    ...hubTools.map((tool) => tool(hubDesk)),
    ...negotiationTools.map((tool) => tool(negotiationDesk)),
    ...routingTools.map((tool) => tool(routing)),
    ...slaTools.map((tool) => tool(sla)),
    ...learningTools.map((tool) => tool(learning)),
    ...quantumTools.map((tool) => tool(solving)),
  ];
  const dispatcher = new Dispatcher({
    catalogue: new Catalogue(tools, resources, prompts),
    events: store.events,
    metrics,
    log,
    clock,
    limitMs: config.values["limits.toolMs"],
    graceMs: config.values["limits.drainMs"],
  });
  store.onCommit(
    () =>
      void store.db
        .selectFrom("event_head")
        .select("seq")
        .executeTakeFirst()
        .then((head) => metrics.eventsAppended.set(head?.seq ?? 0))
        .catch(() => {}),
  ); // The gauge waits for the next commit.

  function contextOf(agent: string, signal: AbortSignal): ToolContext {
    return dispatcher.context({ principal: { id: agent, kind: "agent" } }, signal);
  }

  return {
    config,
    clock,
    dataFolder,
    log,
    metrics,
    store,
    principals,
    dispatcher,
    registry,
    contracting,
    learning,
    routing,
    sla,
    resourceChanges,
    addAgents: async (baseUrl) => {
      for (const agent of await loadFolder<Agent>(folder("agents"))) await registry.add(agent, baseUrl);
    },
    [Symbol.asyncDispose]: async () => {
      registry.stop("the hub is shutting down");
      await learning[Symbol.asyncDispose]();
      await solving[Symbol.asyncDispose]();
      stopNotices();
      await agreementsKept.settled();
      await sla[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

function folder(name: string): string {
  return join(import.meta.dirname, name);
}
