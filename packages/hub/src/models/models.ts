/**
 * The language models that the operator has configured, and the way to them. An address in the configuration is one that the hub may call,
 * private or not, and nothing else is: a redirect is refused, every answer has a largest size and a longest time. A key goes into one
 * header and nowhere else: what a server says is searched for it before anybody reads it, and errors carry neither causes nor the
 * sentences of servers, which like to repeat what they were sent.
 */
import { setTimeout } from "node:timers/promises";
import type { Clock } from "../base/clock.ts";
import { asEntenteError } from "../base/errors.ts";
import type { ModelEndpoint } from "../base/model-endpoint.ts";
import { operator } from "../base/principals.ts";
import { keepModelKey, modelKeyFor } from "../security/credentials.ts";
import { Outgoing } from "../security/outgoing.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { type ChatAnswer, type ChatRequest, type Dialect, fullDialect } from "./chat.ts";
import { modelErrors } from "./errors.ts";
import { Passing, requestChat } from "./request.ts";
import { Turnstile } from "./turnstile.ts";

/** What models stand on. */
export interface ModelsInput {
  readonly endpoints: Readonly<Record<string, ModelEndpoint>>;
  /** The endpoint of those who name none; empty for the only one. */
  readonly defaultName: string;
  readonly dataFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** An endpoint as others may see it. */
export interface ModelStanding {
  readonly name: string;
  readonly model: string;
  readonly url: string;
  readonly clients: boolean;
  readonly isDefault: boolean;
  readonly key: "environment" | "kept" | "none" | "missing";
  readonly requests: number;
  readonly failures: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** The code of the newest failure. */
  readonly lastFailure: string | null;
}

interface Known {
  readonly name: string;
  readonly endpoint: ModelEndpoint;
  readonly turnstile: Turnstile;
  dialect: Dialect;
  requests: number;
  failures: number;
  promptTokens: number;
  completionTokens: number;
  lastFailure: string | null;
}

// Node's timers know no longer times.
const longestTimerMs = 2 ** 31 - 1;
const firstPauseMs = 500;
const longestPauseMs = 30_000;

/** See the head of this file. */
export class Models implements AsyncDisposable {
  readonly #input: ModelsInput;
  readonly #known: ReadonlyMap<string, Known>;
  readonly #outgoing: Outgoing;

  constructor(input: ModelsInput) {
    this.#input = input;
    const endpoints = Object.entries(input.endpoints);
    this.#known = new Map(
      endpoints.map(([name, endpoint]) => [
        name,
        {
          ...{ name, endpoint, dialect: fullDialect, turnstile: new Turnstile(endpoint.concurrency) },
          ...{ requests: 0, failures: 0, promptTokens: 0, completionTokens: 0, lastFailure: null },
        },
      ]),
    );
    this.#outgoing = new Outgoing(endpoints.map(([, { url }]) => addressOf(url)));
  }

  /** The endpoint that a principal means, by its name or as the default. Throws MODEL_UNKNOWN, also for one it may not use. */
  resolve(name: string | undefined, principal: string): string {
    const usable = this.list(principal).map((one) => one.name);
    const meant = name ?? (this.#input.defaultName || (usable.length === 1 ? usable[0] : undefined));
    if (meant === undefined || !usable.includes(meant)) throw modelErrors.MODEL_UNKNOWN({ name: meant ?? "", known: usable });
    return meant;
  }

  /** The endpoints that a principal may use. */
  list(principal: string): readonly ModelStanding[] {
    const { defaultName } = this.#input;
    return [...this.#known.values()]
      .filter(({ endpoint }) => principal === operator.id || endpoint.clients)
      .map(({ name, endpoint, requests, failures, promptTokens, completionTokens, lastFailure }) => ({
        name,
        model: endpoint.model,
        url: endpoint.url,
        clients: endpoint.clients,
        isDefault: defaultName === "" ? this.#known.size === 1 : name === defaultName,
        key: this.#keySource(name, endpoint),
        requests,
        failures,
        promptTokens,
        completionTokens,
        lastFailure,
      }));
  }

  /** Keeps an endpoint's key in the data folder, for when the environment has none; undefined forgets it. */
  keepKey(name: string, key: string | undefined): void {
    keepModelKey(this.#input.dataFolder, name, key);
  }

  /** The model's name behind an endpoint; undefined when it is configured no more. */
  modelOf(name: string): string | undefined {
    return this.#known.get(name)?.endpoint.model;
  }

  /**
   * Asks a model, with retries, for at most `limitMs`. Throws MODEL_UNKNOWN, MODEL_KEY_UNUSABLE, MODEL_UNREACHABLE, MODEL_REFUSED,
   * MODEL_ANSWER_INVALID, or the signal's reason.
   */
  async ask(name: string, request: ChatRequest, limitMs: number, signal: AbortSignal): Promise<ChatAnswer> {
    const known = this.#known.get(name);
    if (!known) throw modelErrors.MODEL_UNKNOWN({ name, known: [...this.#known.keys()] });
    const { modelRequests, modelTokens } = this.#input.metrics;
    const until = this.#input.clock.now() + limitMs;
    const limit = AbortSignal.timeout(Math.min(longestTimerMs, Math.ceil(limitMs)));
    const either = AbortSignal.any([signal, limit]);
    let outcome = "ok";
    try {
      await known.turnstile.enter(either);
      try {
        const answer = await this.#tried(known, request, until, either);
        known.promptTokens += answer.promptTokens;
        known.completionTokens += answer.completionTokens;
        modelTokens.inc({ endpoint: name, kind: "prompt" }, answer.promptTokens);
        modelTokens.inc({ endpoint: name, kind: "completion" }, answer.completionTokens);
        return answer;
      } finally {
        known.turnstile.leave();
      }
    } catch (thrown) {
      if (signal.aborted) {
        outcome = "CANCELLED";
        throw signal.reason;
      }
      const error = limit.aborted
        ? modelErrors.MODEL_UNREACHABLE({ endpoint: name, problem: `it took longer than ${Math.ceil(limitMs)} ms` })
        : asEntenteError(thrown);
      outcome = error.code;
      known.failures += 1;
      known.lastFailure = error.code;
      throw error;
    } finally {
      known.requests += 1;
      modelRequests.inc({ endpoint: name, outcome });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#outgoing[Symbol.asyncDispose]();
  }

  // Sends until there is an answer: without what the server refused to take, and again after what will pass.
  async #tried(known: Known, request: ChatRequest, until: number, signal: AbortSignal): Promise<ChatAnswer> {
    const { name, endpoint } = known;
    const { clock } = this.#input;
    let { dialect } = known;
    let pauseMs = firstPauseMs;
    for (let retries = 0; ; ) {
      try {
        const key = this.#key(name, endpoint);
        const call = { name, endpoint, key, request, dialect, now: () => clock.now() };
        const answer = await requestChat(this.#outgoing, call, signal);
        if ("lesser" in answer) {
          dialect = answer.lesser;
          continue;
        }
        // Only a dialect that was understood is kept: a refusal may have had another cause.
        known.dialect = dialect;
        return answer;
      } catch (thrown) {
        if (!(thrown instanceof Passing)) throw thrown;
        const wait = Math.max(thrown.afterMs ?? 0, pauseMs * (0.5 + Math.random() / 2));
        if (retries >= endpoint.retries || wait > longestPauseMs || clock.now() + wait >= until)
          throw modelErrors.MODEL_UNREACHABLE({ endpoint: name, problem: thrown.message });
        await setTimeout(wait, undefined, { signal });
        retries += 1;
        pauseMs *= 2;
      }
    }
  }

  #key(name: string, endpoint: ModelEndpoint): string | undefined {
    const { keyEnv } = endpoint;
    const key = (keyEnv && this.#input.environment[keyEnv]?.trim()) || modelKeyFor(this.#input.dataFolder, name);
    if (key === undefined && keyEnv !== undefined)
      throw modelErrors.MODEL_KEY_UNUSABLE({ endpoint: name, problem: `the environment has no ${keyEnv}, and none was kept` });
    if (key !== undefined && !/^[\x21-\x7e]+$/.test(key))
      throw modelErrors.MODEL_KEY_UNUSABLE({ endpoint: name, problem: "wanted printable ASCII without spaces" });
    return key;
  }

  #keySource(name: string, { keyEnv }: ModelEndpoint): ModelStanding["key"] {
    if (keyEnv && this.#input.environment[keyEnv]?.trim()) return "environment";
    if (modelKeyFor(this.#input.dataFolder, name) !== undefined) return "kept";
    return keyEnv === undefined ? "none" : "missing";
  }
}

function addressOf(text: string): string {
  const { protocol, hostname, port } = new URL(text);
  return `${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
}
