/** How the operator names a language model that the hub may ask: an address that speaks OpenAI's Chat Completions, and its limits. */
import { z } from "zod";

const base = z.url({ protocol: /^https?$/ }).refine(
  (text) => {
    if (!URL.canParse(text)) return true;
    const { username, password, search, hash } = new URL(text);
    return username + password + search + hash === "";
  },
  { message: "wanted an address without name, password, query and fragment" },
);

/** One endpoint. Members that we do not know are refused: a key has no place in the configuration. */
export const modelEndpointParams = z.strictObject({
  /** The address before `/chat/completions`. */
  url: base,
  model: z.string().min(1).max(200),
  /** Name of the environment variable that holds the key. */
  keyEnv: z
    .string()
    .regex(
      /^(?!ENTENTE_)[A-Za-z_][A-Za-z0-9_]{0,99}$/,
      "wanted the name of an environment variable that does not begin with ENTENTE_",
    )
    .optional(),
  /** Whether clients and agents may use it too, at the operator's expense. */
  clients: z.boolean().default(false),
  /** Most tokens of one answer. */
  maxTokens: z.int().min(16).max(1_000_000).default(1024),
  temperature: z.number().min(0).max(2).optional(),
  /** Longest wait for one answer, ms. */
  timeoutMs: z.int().min(1).max(3_600_000).default(60_000),
  /** How often a request that failed for the moment is sent again. */
  retries: z.int().min(0).max(10).default(2),
  /** Requests at once; more wait. */
  concurrency: z.int().min(1).max(1000).default(4),
  /** Largest body of an answer, bytes. */
  answerBytes: z
    .int()
    .min(1024)
    .max(64 * 1024 * 1024)
    .default(256 * 1024),
});

/** An endpoint as it is used. */
export type ModelEndpoint = z.output<typeof modelEndpointParams>;

/** Endpoints by the names that seats call them by. */
export const modelEndpoints = z.record(z.string().regex(/^[a-z0-9-]{1,64}$/), modelEndpointParams);
