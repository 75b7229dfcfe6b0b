/**
 * The wire format of Chat Completions, as OpenAI publishes it and as local servers (Ollama, llama.cpp, vLLM) speak it: one request, one
 * answer, no streaming. Servers differ in what they take: some know no `response_format` or only `json_object`, newer models of OpenAI
 * want `max_completion_tokens` in place of `max_tokens` and no temperature. Nobody says so beforehand, so a request begins with all of it
 * and a refusal (400, 422) takes away what the refusal names, or else the next in line. Pure.
 */
import { z } from "zod";
import type { ModelEndpoint } from "../base/model-endpoint.ts";

/** One thing said. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** What a model is asked for: an answer in JSON of a schema. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** JSON Schema of the answer, and its name. */
  readonly schema: { readonly name: string; readonly schema: object };
}

/** What came back. Tokens as the server counts them, or estimated where it does not. */
export interface ChatAnswer {
  readonly text: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Whether it ended because it reached the endpoint's `maxTokens`. */
  readonly cut: boolean;
}

/** How much of the wire format a server takes. */
export interface Dialect {
  readonly format: "json_schema" | "json_object" | "none";
  readonly tokens: "max_tokens" | "max_completion_tokens";
  readonly temperature: boolean;
}

/** All of it: what every server is asked for first. */
export const fullDialect: Dialect = { format: "json_schema", tokens: "max_tokens", temperature: true };

/** The body of a request. */
export function chatBody(endpoint: ModelEndpoint, { messages, schema }: ChatRequest, dialect: Dialect): string {
  const { model, maxTokens, temperature } = endpoint;
  const format =
    dialect.format === "json_schema"
      ? { type: "json_schema", json_schema: { name: schema.name, strict: true, schema: schema.schema } }
      : { type: dialect.format };
  return JSON.stringify({
    model,
    messages,
    stream: false,
    [dialect.tokens]: maxTokens,
    ...(temperature !== undefined && dialect.temperature ? { temperature } : {}),
    ...(dialect.format === "none" ? {} : { response_format: format }),
  });
}

/** What to try after a refusal: without what it names, else with the next lesser format; undefined when nothing is left to leave out. */
export function lesserDialect(dialect: Dialect, refusal: string): Dialect | undefined {
  const { format, tokens, temperature } = dialect;
  if (tokens === "max_tokens" && refusal.includes("max_completion_tokens"))
    return { ...dialect, tokens: "max_completion_tokens" };
  if (temperature && refusal.includes("temperature")) return { ...dialect, temperature: false };
  if (format === "json_schema") return { ...dialect, format: "json_object" };
  if (format === "json_object") return { ...dialect, format: "none" };
  return undefined;
}

const count = z.number().int().min(0).optional().catch(undefined);
const completion = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish().catch(null),
        message: z.object({
          content: z.union([z.string(), z.array(z.object({ type: z.string(), text: z.string().optional() }))]).nullish(),
          refusal: z.string().nullish(),
        }),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: count, completion_tokens: count }).nullish().catch(undefined),
});

// About four characters of English a token.
const charactersPerToken = 4;

/** Reads an answer's body; a sentence for one that is none. `sent` is the length of the request, for servers that do not count. */
export function readChat(body: string, sent: number): ChatAnswer | { readonly problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { problem: "wanted JSON; got something else" };
  }
  const read = completion.safeParse(json);
  if (!read.success) return { problem: "wanted choices with a message" };
  const { choices, usage } = read.data;
  const [first] = choices;
  const { content, refusal } = first?.message ?? {};
  const text = typeof content === "string" ? content : (content ?? []).map((part) => part.text ?? "").join("");
  return {
    text: text === "" ? (refusal ?? "") : text,
    promptTokens: usage?.prompt_tokens ?? Math.ceil(sent / charactersPerToken),
    completionTokens: usage?.completion_tokens ?? Math.ceil(text.length / charactersPerToken),
    cut: first?.finish_reason === "length",
  };
}

const refusalBody = z.object({
  error: z.object({ code: z.string().nullish().catch(null), type: z.string().nullish().catch(null) }),
});

/** What a refusal calls itself: its code or type, never its sentence, in which some servers repeat what they were sent. */
export function nameOfRefusal(body: string): string {
  try {
    const { code, type } = refusalBody.parse(JSON.parse(body)).error;
    const name = code ?? type ?? "";
    return /^[a-z0-9_.-]{1,64}$/i.test(name) ? name : "";
  } catch {
    return "";
  }
}

/** How long a server asks to be left alone, ms: seconds or a date (RFC 9110, 10.2.3). */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+(\.\d+)?$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
