/** One request to a model's endpoint: its size and time, its key, and what its failures mean. */
import { EntenteError } from "../base/errors.ts";
import type { ModelEndpoint } from "../base/model-endpoint.ts";
import type { Outgoing } from "../security/outgoing.ts";
import {
  type ChatAnswer,
  type ChatRequest,
  chatBody,
  type Dialect,
  lesserDialect,
  nameOfRefusal,
  readChat,
  retryAfterMs,
} from "./chat.ts";
import { modelErrors } from "./errors.ts";

const passing = new Set([408, 409, 425, 429, 500, 502, 503, 504]);

/** Worth another try, after a pause that the server may name. */
export class Passing extends Error {
  override readonly name = "Passing";
  readonly afterMs: number | undefined;

  constructor(message: string, afterMs?: number) {
    super(message);
    this.afterMs = afterMs;
  }
}

/** Where a request goes, in what dialect, and with what key. */
export interface ModelCall {
  readonly name: string;
  readonly endpoint: ModelEndpoint;
  readonly key: string | undefined;
  readonly request: ChatRequest;
  readonly dialect: Dialect;
  /** The time, ms since the epoch. */
  readonly now: () => number;
}

/**
 * Sends a request once: to an answer, or to the dialect that the server wants instead. Throws Passing for what another try may mend, else
 * MODEL_UNREACHABLE, MODEL_REFUSED, MODEL_ANSWER_INVALID, or the signal's reason.
 */
export async function requestChat(
  outgoing: Outgoing,
  { name, endpoint, key, request, dialect, now }: ModelCall,
  signal: AbortSignal,
): Promise<ChatAnswer | { readonly lesser: Dialect }> {
  const body = chatBody(endpoint, request, dialect);
  const limit = AbortSignal.timeout(endpoint.timeoutMs);
  const either = AbortSignal.any([signal, limit]);
  const hidden = (text: string): string => (key === undefined ? text : text.replaceAll(key, "***"));
  let response: Response;
  let text: string | undefined;
  try {
    response = await outgoing.fetch(`${endpoint.url.replace(/\/+$/, "")}/chat/completions`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json",
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
      body,
      signal: either,
    });
    const whole = await bounded(response, endpoint.answerBytes);
    text = whole === undefined ? undefined : hidden(whole);
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    if (limit.aborted)
      throw modelErrors.MODEL_UNREACHABLE({ endpoint: name, problem: `it took longer than ${endpoint.timeoutMs} ms` });
    if (thrown instanceof EntenteError) throw modelErrors.MODEL_UNREACHABLE({ endpoint: name, problem: hidden(thrown.message) });
    throw new Passing(`the connection failed (${hidden(failureOf(thrown))})`);
  }
  const { status, ok, headers } = response;
  if (text === undefined)
    throw modelErrors.MODEL_ANSWER_INVALID({ endpoint: name, problem: `it is larger than ${endpoint.answerBytes} bytes` });
  if (passing.has(status))
    throw new Passing(`it answered ${status}${named(text)}`, retryAfterMs(headers.get("retry-after"), now()));
  if (status === 400 || status === 422) {
    const lesser = lesserDialect(dialect, text);
    if (lesser) return { lesser };
  }
  if (!ok) throw modelErrors.MODEL_REFUSED({ endpoint: name, status, problem: nameOfRefusal(text) });
  const answer = readChat(text, body.length);
  // A body that was cut off on its way will be whole the next time.
  if ("problem" in answer) throw new Passing(`its answer is no chat completion: ${answer.problem}`);
  return answer;
}

function named(body: string): string {
  const name = nameOfRefusal(body);
  return name === "" ? "" : ` (${name})`;
}

// The text of a body; undefined for one that is larger.
async function bounded(response: Response, most: number): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > most) {
      await response.body?.cancel().catch(() => {}); // Its end is of no interest.
      return undefined;
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

// What broke a connection: the system's code, where there is one.
function failureOf(thrown: unknown): string {
  for (let error = thrown; error instanceof Error; error = error.cause)
    if ("code" in error && typeof error.code === "string") return error.code;
  return thrown instanceof Error ? thrown.message.slice(0, 200) : "no reason";
}
