import { z } from "zod";

/** One configuration key: its type, default and meaning. */
export interface ConfigKey<T> {
  readonly type: z.ZodType<T>;
  readonly value: T;
  readonly doc: string;
  /** A secret is printed as `***`. */
  readonly secret?: boolean;
}

const key = <T>(type: z.ZodType<T>, value: T, doc: string, options: { secret?: boolean } = {}): ConfigKey<T> => ({
  type,
  value,
  doc,
  ...options,
});
const text = z.string();
const positive = z.int().min(1);
const share = z.number().min(0).max(1);
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
  "net.allowPrivate": key(
    list,
    [],
    "addresses that are not public and may be called nevertheless when somebody names them (webhooks): host:port, or a range as 10.0.0.0/8",
  ),
  "a2a.grpcPort": key(z.int().min(0).max(65535), 0, "port for A2A over gRPC, all agents on it; 0 leaves gRPC off and unloaded"),
  "a2a.leaseMs": key(
    positive,
    30_000,
    "time without a sign of life after which the tasks of a hub are taken over by another one on its store, ms",
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
