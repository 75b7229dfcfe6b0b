/**
 * The gateway joins everything: store, catalogue, dispatcher, agents, negotiation, pillars and the front. It has two
 * openings. `openHub` is the hub without a network, for the command line and MCP over stdio; `serveHub` adds the HTTP
 * front, the agents' work and the live streams.
 */
import { join } from "node:path";
import { Registry } from "./a2a/registry.ts";
import type { RemoteAgents } from "./a2a/remote/remote-agents.ts";
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
import { agentTool } from "./desk/agent-tools.ts";
import type { HubDesk } from "./desk/hub-desk.ts";
import { ServiceWindow } from "./desk/service-window.ts";
import { toolAgent, toolAgentName } from "./desk/tool-agent.ts";
import type { JoinedAgents } from "./joining/joined-agents.ts";
import { agreementTerms, openContractor } from "./joins/agreement-terms.ts";
import { AgreementsKept } from "./joins/agreements-kept.ts";
import { renegotiateBreaches, renegotiateLeftBreaches } from "./joins/breach-renegotiation.ts";
import { collaborationNotices } from "./joins/collaboration-notices.ts";
import { Membership } from "./joins/membership.ts";
import { routedSending } from "./joins/routed-sending.ts";
import { slaNotices } from "./joins/sla-notices.ts";
import { vectorOf, wordsOf } from "./learning/ingest/features.ts";
import { Learning } from "./learning/pillar.ts";
import { Catalogue } from "./mcp/catalogue.ts";
import { Dispatcher } from "./mcp/dispatch.ts";
import { Models } from "./models/models.ts";
import type { Bargaining } from "./negotiation/bargains/bargaining.ts";
import { bidderReply } from "./negotiation/bidder.ts";
import type { Contracting } from "./negotiation/contracting.ts";
import { coverage } from "./negotiation/coverage.ts";
import type { NegotiationDesk } from "./negotiation/desk.ts";
import { Negotiation } from "./negotiation/pillar.ts";
import type { Planning } from "./negotiation/plans/planning.ts";
import { Jobs } from "./quantum/jobs/jobs.ts";
import { ModelShelf } from "./quantum/model-shelf.ts";
import { Ocean } from "./quantum/ocean/ocean.ts";
import { Solving } from "./quantum/pillar.ts";
import { problemTools } from "./quantum/problem-tools.ts";
import { policyOf } from "./routing/policy.ts";
import { Routing } from "./routing/routing.ts";
import { keepCredential } from "./security/credentials.ts";
import { Sla } from "./sla/sla.ts";
import { Principals } from "./store/principals.ts";
import { openStore, type Store } from "./store/store.ts";
import { openLog } from "./telemetry/log.ts";
import { Metrics } from "./telemetry/metrics.ts";
import { KeyRing } from "./vault/key-ring.ts";
import { Vault } from "./vault/vault.ts";

/** Options of a hub. */
export interface HubInput {
  readonly config: Config;
  readonly clock?: Clock;
  /** Agents beside the built-in ones. */
  readonly agents?: readonly Agent[];
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
  readonly bargaining: Bargaining;
  readonly planning: Planning;
  readonly learning: Learning;
  readonly routing: Routing;
  readonly sla: Sla;
  /** Resources that change by themselves tell it here, by URI. */
  readonly resourceChanges: Listeners<string>;
  readonly joined: JoinedAgents;
  readonly elsewhere: RemoteAgents;
  /** Goes on with what a stop of the hub cut off: tasks, bargaining sessions, plans, optimisation jobs, and breaches that nobody has acted on. */
  readonly recover: () => Promise<void>;
  /** Registers the built-in agents under a base URL and, where gRPC is on, its host:port. */
  readonly addAgents: (baseUrl: string, grpc?: string) => Promise<void>;
  /** Registers one more agent under the same addresses, over A2A and as an MCP tool. */
  readonly addAgent: (agent: Agent) => Promise<void>;
}

/** Opens the hub over its data folder. Throws STORE_* and what the configuration makes impossible. */
export async function openHub(input: HubInput): Promise<Hub> {
  const { config, clock = systemClock } = input;
  const { values } = config;
  const dataFolder = privateFolder(values["data.dir"]);
  const log = openLog(values["log.level"]);
  const metrics = new Metrics();
  const store = await openStore({ url: values["store.url"], dataFolder, clock });
  const principals = new Principals(store, clock, log);
  const ring = new KeyRing({ from: values["vault.key"], dataFolder, environment: process.env });
  const vault = new Vault({ store, ring, clock, log });
  const startedAt = clock.now();
  const registry: Registry = new Registry({
    store,
    metrics,
    log,
    clock,
    dataFolder,
    version,
    allowPrivate: values["net.allowPrivate"],
    leaseMs: values["a2a.leaseMs"],
    liveTasks: values["a2a.liveTasks"],
    streamBuffer: values["a2a.streamBuffer"],
    contextFor: (agent, signal) => contextOf(agent, signal),
    cover: coverage(store, clock),
    replyFor: (agent) => bidderReply(agent, dataFolder, (id, bidder) => negotiation.contracting.records.proposal(id, bidder)),
  });
  const membership: Membership = new Membership({
    registry,
    store,
    clock,
    log,
    config,
    dataFolder,
    reserved: [toolAgentName],
    offer: (members) =>
      dispatcher.catalogue.replace(
        "agents",
        members.map(({ agent, service }) => agentTool({ profile: agent.profile, service })),
      ),
  });
  const { elsewhere, joined } = membership;
  const models = new Models({
    endpoints: values["models.endpoints"],
    defaultName: values["models.default"],
    dataFolder,
    environment: process.env,
    clock,
    metrics,
  });
  const negotiation: Negotiation = new Negotiation({ store, registry, clock, log, metrics, models, dataFolder, values });
  const { contracting, bargaining, planning, course } = negotiation;
  const learning = new Learning({ store, config, clock, metrics, dataFolder });
  const solving = new Solving({
    mostThreads: values["quantum.threads"],
    shelf: new ModelShelf({ store, clock, most: values["quantum.models"], mostBytes: values["quantum.modelBytes"] }),
  });
  const jobs = new Jobs({ store, solving, clock, log, metrics, values, dataFolder, environment: process.env, vault });
  const ocean = new Ocean({ values, dataFolder, environment: process.env });
  const agents = () => registry.list().map(({ agent, card }) => ({ name: agent.profile.name, card }));
  const services = values["routing.services"];
  const sla = await Sla.open({
    store,
    clock,
    metrics,
    log,
    values,
    agents: () =>
      registry.list().map(({ agent: { profile }, card }) => ({
        ...profile,
        service: { ...serviceParamsOf(card), ...services[profile.name] },
      })),
    agreement: agreementTerms(store),
    judged: (agreement, task) => course.ended(agreement, task),
  });
  const agreementsKept = new AgreementsKept(store, () => clock.now());
  const sighted = (sighting: TaskSighting): void => {
    sla.observe(sighting);
    routing.observe(sighting);
  };
  const routing: Routing = new Routing({
    policy: policyOf(values),
    lists: { allow: values["routing.allow"], deny: values["routing.deny"] },
    keptDecisions: values["routing.keptDecisions"],
    clock,
    events: store.events,
    metrics,
    log,
    reading: { vectorOf, wordsOf },
    agents,
    services,
    facts: (agent) => ({ ...sla.standing(agent), agreementsKept: agreementsKept.of(agent) }),
    contractorOf: openContractor(store),
    send: routedSending({ registry, clock, graceMs: values["limits.drainMs"] }),
  });
  const resourceChanges = new Listeners<string>((error) => log.error({ err: error }, "a listener to resources failed"));
  const stopNotices = slaNotices(sla, resourceChanges);
  const stopCollaborationNotices = collaborationNotices(negotiation.collaboration.watch, resourceChanges);
  const stopSightings = registry.onSighting(sighted);
  const renegotiation = { store, sla, bargaining, log };
  const stopRenegotiating = renegotiateBreaches(renegotiation);
  const hubDesk: HubDesk = {
    store,
    principals,
    config,
    registry,
    elsewhere,
    joined,
    contracting,
    startedAt,
    service: new ServiceWindow(store.events),
    keepCredential: (agent, credential) => keepCredential(dataFolder, agent, credential),
  };
  const [
    hubTools,
    modelTools,
    negotiationTools,
    routingTools,
    slaTools,
    learningTools,
    quantumTools,
    jobTools,
    oceanTools,
    vaultTools,
    resources,
    prompts,
  ] = await Promise.all([
    loadFolder<ToolFactory<HubDesk>>(folder("desk/tools")),
    loadFolder<ToolFactory<Models>>(folder("models/tools")),
    loadFolder<ToolFactory<NegotiationDesk>>(folder("negotiation/tools")),
    loadFolder<ToolFactory<Routing>>(folder("routing/tools")),
    loadFolder<ToolFactory<Sla>>(folder("sla/tools")),
    loadFolder<ToolFactory<Learning>>(folder("learning/tools")),
    loadFolder<ToolFactory<Solving>>(folder("quantum/tools")),
    loadFolder<ToolFactory<Jobs>>(folder("quantum/jobs/tools")),
    loadFolder<ToolFactory<Ocean>>(folder("quantum/ocean/tools")),
    loadFolder<ToolFactory<Vault>>(folder("vault/tools")),
    loadFolder<Resource>(folder("desk/resources")),
    loadFolder<Prompt>(folder("desk/prompts")),
  ]);
  const tools = [
    ...hubTools.map((tool) => tool(hubDesk)),
    ...modelTools.map((tool) => tool(models)),
    ...negotiationTools.map((tool) => tool(negotiation)),
    ...routingTools.map((tool) => tool(routing)),
    ...slaTools.map((tool) => tool(sla)),
    ...learningTools.map((tool) => tool(learning)),
    ...[...quantumTools, ...(await problemTools())].map((tool) => tool(solving)),
    ...jobTools.map((tool) => tool(jobs)),
    ...oceanTools.map((tool) => tool(ocean)),
    ...vaultTools.map((tool) => tool(vault)),
  ];
  const dispatcher = new Dispatcher({
    catalogue: new Catalogue(tools, resources, prompts),
    events: store.events,
    metrics,
    log,
    clock,
    limitMs: values["limits.toolMs"],
    graceMs: values["limits.drainMs"],
  });
  metrics.onRead(async () => {
    const head = await store.db.selectFrom("event_head").select("seq").executeTakeFirst();
    metrics.eventsAppended.set(head?.seq ?? 0);
  });

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
    bargaining,
    planning,
    learning,
    routing,
    sla,
    resourceChanges,
    joined,
    elsewhere,
    recover: async () => {
      await registry.recover();
      await negotiation.recover();
      await renegotiateLeftBreaches(renegotiation);
      await jobs.recover();
    },
    addAgents: async (baseUrl, grpc) => {
      const tools = toolAgent(dispatcher.catalogue, values["a2a.tools"]);
      const own = await loadFolder<Agent>(folder("agents"));
      await membership.open([...own, ...(tools ? [tools] : []), ...(input.agents ?? [])], baseUrl, grpc);
    },
    addAgent: (agent) => membership.add(agent),
    [Symbol.asyncDispose]: async () => {
      stopRenegotiating();
      stopCollaborationNotices();
      await negotiation[Symbol.asyncDispose]();
      await models[Symbol.asyncDispose]();
      await membership[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
      await learning[Symbol.asyncDispose]();
      await jobs[Symbol.asyncDispose]();
      await ocean[Symbol.asyncDispose]();
      await solving[Symbol.asyncDispose]();
      stopNotices();
      stopSightings();
      await agreementsKept.settled();
      await sla[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

function folder(name: string): string {
  return join(import.meta.dirname, name);
}
