import { z } from "zod";
import { modelEndpoints } from "./model-endpoint.ts";
import { serviceParams } from "./sla-extension.ts";

/** One configuration key: its type, default and meaning. */
export interface ConfigKey<T> {
  readonly type: z.ZodType<T>;
  readonly value: T;
  readonly doc: string;
  /** A secret is printed as `***`. */
  readonly secret?: boolean;
  /** A value that is refused is not repeated in the error: somebody may have put a secret there. */
  readonly quiet?: boolean;
}

const key = <T>(
  type: z.ZodType<T>,
  value: T,
  doc: string,
  options: { secret?: boolean; quiet?: boolean } = {},
): ConfigKey<T> => ({
  type,
  value,
  doc,
  ...options,
});
const text = z.string();
const positive = z.int().min(1);
const share = z.number().min(0).max(1);
const least = z.number().min(0);
const open = z.number().min(0).lt(1);
const list = z.array(z.string());

/**
 * Every configuration key. The same name is used in the file (nested or dotted), in `--set key=value`, and in the
 * environment as ENTENTE_ plus the upper-case name (`limits.bodyBytes` is ENTENTE_LIMITS_BODY_BYTES).
 */
export const configKeys = {
  "data.dir": key(text, ".entente", "folder for the store, models, keys and the socket; relative to where the hub starts"),
  "http.host": key(text, "127.0.0.1", "address to listen on; anything but loopback needs http.allowedHosts too"),
  "http.port": key(z.int().min(0).max(65535), 7420, "port to listen on; 0 takes a free one"),
  "http.allowedHosts": key(list, [], "more Host names to answer, beside localhost, 127.0.0.1 and [::1]"),
  "http.allowedOrigins": key(list, [], "more web origins that may call, beside the hub's own"),
  "http.publicUrl": key(text, "", "address that agent cards carry; empty means the one listened on"),
  "store.url": key(text, "", "postgres://… for PostgreSQL; empty means SQLite in data.dir", { secret: true }),
  "log.level": key(z.enum(["debug", "info", "warn", "error", "silent"]), "warn", "lowest level written to stderr as JSON lines"),
  "limits.bodyBytes": key(positive, 4 * 1024 * 1024, "largest request body, bytes"),
  "limits.requestMs": key(positive, 30_000, "time for a client to send its whole request, ms"),
  "limits.toolMs": key(positive, 3_600_000, "longest run of one tool call, ms"),
  "limits.drainMs": key(positive, 10_000, "time for running work to end after SIGTERM, ms"),
  "limits.eventStreams": key(positive, 64, "most live event streams open at once"),
  "limits.mcpSessions": key(positive, 256, "most sessions of older MCP clients at once"),
  "limits.mcpSessionIdleMs": key(positive, 600_000, "idle time after which a session of an older MCP client ends, ms"),
  "a2a.tools": key(
    list,
    ["quantum_solve", "quantum_select_subset", "quantum_solvers"],
    "MCP tools that the agent toolsmith offers as skills, to whoever may reach the agents",
  ),
  "quantum.threads": key(positive, 4, "most threads that one solve may sample in; never more than the machine has cores"),
  "quantum.models": key(positive, 200, "most models that one principal may keep"),
  "quantum.modelBytes": key(positive, 16 * 1024 * 1024, "largest model that may be kept, bytes of its dimod file"),
  "negotiation.openBargains": key(positive, 1000, "most bargaining sessions that one principal may have open"),
  "models.endpoints": key(
    modelEndpoints,
    {},
    "language models that may bargain, by a name of yours: url (before /chat/completions), model, keyEnv (the environment variable with the key), clients, maxTokens, temperature, timeoutMs, retries, concurrency, answerBytes; an object, in the environment as JSON",
    { quiet: true },
  ),
  "models.default": key(text, "", "the endpoint of a seat that names none; empty means the only one that is configured"),
  "models.tokensPerSession": key(positive, 200_000, "most tokens that the model of one bargaining session may use"),
  "models.answers": key(positive, 3, "answers of a model in one turn before its fallback takes the turn"),
  "negotiation.openPlans": key(positive, 100, "most plans that one principal may have open"),
  "negotiation.planTasks": key(positive, 500, "most tasks of one plan"),
  "negotiation.planParallel": key(positive, 16, "most tasks of one plan under way at once"),
  "negotiation.openAssemblies": key(positive, 100, "most votes and auctions that one principal may have open"),
  "boards.open": key(positive, 100, "most open blackboards that one principal may have opened"),
  "boards.entries": key(positive, 1000, "most keys on one blackboard"),
  "boards.entryBytes": key(positive, 64 * 1024, "largest value of a key on a blackboard, bytes of JSON"),
  "boards.keptValues": key(positive, 1000, "revisions of a blackboard whose values are kept; of older ones the hash stays"),
  "limits.watchers": key(
    positive,
    1000,
    "most calls that wait at once for a change of a board, a vote, an auction or a transcript",
  ),
  "agents.clientTools": key(
    list,
    [
      "agent_list",
      "agent_search",
      "agent_send_message",
      "agent__*",
      "routing_choose_agent",
      "routing_list_agents",
      "routing_send_message",
      "negotiation_contract_job",
      "negotiate_*",
      "agreement_*",
      "plan_*",
      "board_get",
      "board_put",
      "board_delete",
      "board_list",
      "board_history",
      "board_watch",
      "vote_cast",
      "vote_status",
      "auction_bid",
      "auction_status",
      "transcript_get",
      "transcript_list",
      "quantum_solve",
      "quantum_select_subset",
      "quantum_model_*",
      "quantum_problem_*",
      "quantum_solvers",
      "quantum_topology",
      "quantum_embed",
      "quantum_job_*",
      "quantum_estimate",
      "quantum_budget_get",
    ],
    "MCP tools that agents of clients may call in their own name, once they joined; * at the end stands for anything. The operator's agents may call all",
  ),
  "agents.graceMs": key(positive, 60_000, "how long a task waits for an agent that joined over a pipe and is away, ms"),
  "agents.checkMs": key(positive, 30_000, "how often the cards of agents elsewhere are looked at again, ms"),
  "agents.messageMs": key(
    positive,
    600_000,
    "how long an agent elsewhere may take to answer a message whose sender waits for the work, ms; streams last as long as their tasks",
  ),
  "agents.answerMs": key(positive, 30_000, "how long an agent elsewhere may take to answer anything else, ms"),
  "net.allowPrivate": key(
    list,
    [],
    "addresses that are not public and may be called nevertheless when somebody names them (webhooks): host:port, or a range as 10.0.0.0/8",
  ),
  "a2a.grpcPort": key(z.int().min(0).max(65535), 0, "port for A2A over gRPC, all agents on it; 0 leaves gRPC off and unloaded"),
  "a2a.leaseMs": key(
    positive,
    30_000,
    "time without a sign of life after which the tasks and jobs of a hub are taken over by another one on its store, ms",
  ),
  "a2a.liveTasks": key(positive, 10_000, "most tasks of one agent that have not ended; more are refused until some have"),
  "a2a.streamBuffer": key(positive, 1024, "most events of a task that wait for a slow reader before its stream is ended"),
  "learning.model": key(z.string().regex(/^[a-z0-9-]{1,64}$/), "house", "name of the model that the hub keeps teaching"),
  "learning.preset": key(
    z.enum(["nano", "micro", "mini"]),
    "nano",
    "size of a new model: nano, micro and mini have about 0.6, 3.4 and 10 million parameters; on a small corpus and a short time nano learns most",
  ),
  "learning.vocabulary": key(z.int().min(300).max(32_768), 2048, "tokens in a new tokenizer"),
  "learning.sequence": key(z.int().min(16).max(4096), 128, "tokens the model sees at once in training"),
  "learning.batch": key(positive, 16, "sequences per training step"),
  "learning.seconds": key(positive, 90, "training time that the coordinator asks for, s"),
  "learning.heldOutShare": key(share, 0.1, "share of documents kept away from training, to examine with"),
  "learning.selectionShare": key(share, 0.8, "share of the training bytes that a curator may select"),
  "learning.examineBytes": key(positive, 200_000, "most held-out text an examination reads, bytes"),
  "learning.sliceMargin": key(share, 0.02, "most a slice may get worse than the champion before the gate refuses"),
  "learning.maxFileBytes": key(positive, 1024 * 1024, "larger files are named and skipped, bytes"),
  "learning.ignore": key(
    list,
    [".git", "node_modules", ".entente", "dist", "package-lock.json", "*.tsbuildinfo"],
    "names or *.suffix patterns the librarian does not read",
  ),
  "negotiation.replyMs": key(positive, 5_000, "time for bidders to answer a call for proposals, ms"),
  "negotiation.patience": key(
    z.number().min(1),
    4,
    "a winner may take this many times its promised time before the job is re-awarded",
  ),
  "routing.allow": key(list, [], "only these agents may be chosen by routing; empty means all"),
  "routing.deny": key(list, [], "agents that routing never chooses"),
  "routing.services": key(
    z.record(z.string(), serviceParams),
    {},
    "service facts by agent's name (region, price, data, idempotentSkills, promises), over what its card says; an object, in the environment as JSON",
  ),
  "routing.consecutiveFailures": key(positive, 5, "failures in a row after which an agent is not asked for a time"),
  "routing.ejectionMs": key(positive, 5_000, "first time without work for an agent that failed, ms; it doubles each time"),
  "routing.maxEjectionMs": key(positive, 300_000, "longest time without work for an agent that failed, ms"),
  "routing.maxOutstanding": key(positive, 256, "most calls under way at one agent"),
  "routing.maxAttempts": key(positive, 3, "most agents that one call may be sent to"),
  "routing.retryShare": key(share, 0.2, "retries as a share of calls; ten in ten seconds are always allowed"),
  "routing.hedgeShare": key(share, 0.05, "hedges as a share of the load; 0 turns hedging off but for probes"),
  "routing.maxSilenceMs": key(
    positive,
    30_000,
    "longest time without a sign of life before an idempotent call goes elsewhere, ms",
  ),
  "routing.maxDepth": key(positive, 8, "agents that one piece of work may pass one after another"),
  "routing.keptDecisions": key(positive, 500, "decisions whose explanations are kept in memory"),
  "sla.acceptMs": key(
    least,
    5_000,
    "time within which agents take a task, ms, unless their card says otherwise; 0 for no such term",
  ),
  "sla.firstArtifactMs": key(least, 0, "time to an agent's first result, ms, unless its card says otherwise; 0 for no such term"),
  "sla.totalMs": key(least, 0, "time to the end of a task, ms, unless card or agreement say otherwise; 0 for no such term"),
  "sla.success": key(open, 0.95, "share of tasks that must be completed, unless the card says otherwise; 0 for no such term"),
  "sla.target": key(open, 0.95, "share of tasks that must keep the terms of time and cost"),
  "sla.windowDays": key(z.int().min(1).max(30), 30, "days over which an error budget is counted"),
  "sla.minTasks": key(positive, 10, "tasks that an alert's long window must hold"),
  "sla.minBad": key(positive, 3, "bad tasks that an alert's long window must hold"),
  "quantum.localJobs": key(positive, 2, "optimisation jobs solved on this machine at once"),
  "quantum.remoteJobs": key(positive, 20, "optimisation jobs at Leap at once"),
  "quantum.openJobs": key(positive, 1000, "most optimisation jobs that one principal may have waiting or running"),
  "quantum.halfLifeMs": key(positive, 3_600_000, "time after which solver time used counts half in the fair shares, ms"),
  "quantum.agingMs": key(positive, 60_000, "waiting time after which a job moves up one priority class, and again each time, ms"),
  "quantum.weights": key(
    z.record(z.string(), z.number().positive()),
    {},
    "weight of a principal in the fair shares of solver time, where it is not 1; an object, in the environment as JSON",
  ),
  "quantum.qpuReads": key(z.int().min(1).max(10_000), 100, "reads of a job on a QPU that names none"),
  "quantum.python": key(
    z.string().min(1),
    "python3",
    "Python, 3.10 or newer, that makes the environment of the Ocean bridge; a name on the path or a file",
  ),
  "quantum.oceanPython": key(
    text,
    "",
    "Python that has what bridges/ocean/requirements.txt names and runs the Ocean bridge as it is; empty for an environment of the hub's own",
  ),
  "quantum.oceanIdleMs": key(
    positive,
    900_000,
    "time without calls after which the Ocean bridge ends, ms; what it kept goes with it",
  ),
  "vault.key": key(
    text,
    "file",
    "where the key that seals secrets comes from: file (keys/vault.keys in data.dir, made when needed), env:NAME, or command:LINE, which prints it; several hubs on one store need the same key",
  ),
  "leap.token": key(text, "", "token of D-Wave's Leap; empty means leap-token in the vault, then DWAVE_API_TOKEN or dwave.conf", {
    secret: true,
  }),
  "leap.endpoint": key(text, "", "address of Leap's solver API, over leap.region; empty means D-Wave's own settings"),
  "leap.region": key(text, "", "Leap's region, such as na-west-1 or eu-central-1; empty means D-Wave's own settings"),
  "leap.configFile": key(text, "", "dwave.conf to read; empty means its usual places, none means no file"),
  "leap.profile": key(text, "", "profile in dwave.conf; empty means its own default"),
  "leap.settleMs": key(
    positive,
    10_000,
    "how long Leap may take to list a job it has accepted, ms; a job whose answer was lost is looked up for so long before it is sent again",
  ),
  "leap.timeoutMs": key(positive, 30_000, "how long a request to Leap may take, ms; long polls take their waiting time more"),
} as const satisfies Record<string, ConfigKey<never> | ConfigKey<unknown>>;

/** The name of a configuration key. */
export type ConfigName = keyof typeof configKeys;

/** The effective value of every key. */
export type ConfigValues = { readonly [K in ConfigName]: z.output<(typeof configKeys)[K]["type"]> };

/** `limits.bodyBytes` -> `ENTENTE_LIMITS_BODY_BYTES`. */
export function environmentName(name: string): string {
  return `ENTENTE_${name
    .replace(/([A-Z])/g, "_$1")
    .replaceAll(".", "_")
    .toUpperCase()}`;
}
