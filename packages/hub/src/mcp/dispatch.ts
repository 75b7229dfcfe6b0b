/**
 * Dispatch: the one way a tool runs, whoever calls it (MCP over HTTP or stdio, the CLI, the console, an agent). Checks
 * the input, runs under a signal and a time limit, checks the result, counts it, and leaves a record in the event log
 * before the caller hears of the outcome.
 */
import type { z } from "zod";
import type { Clock } from "../base/clock.ts";
import { asEntenteError, baseErrors, type EntenteError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { canonicalJson, type Json, sha256 } from "../base/json.ts";
import type { Logger } from "../base/logger.ts";
import {
  InputNeeded,
  type Principal,
  type Progress,
  type SampleAnswer,
  SampleNeeded,
  type ToolAnswer,
  type ToolContext,
} from "../base/tool.ts";
import type { EventLog } from "../store/event-log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { type Catalogue, mcpErrors } from "./catalogue.ts";

/** Progress of a running call, for live views. */
export interface CallProgress extends Progress {
  readonly call: string;
  readonly tool: string;
  readonly principal: string;
}

/** What dispatch stands on. */
export interface DispatchInput {
  readonly catalogue: Catalogue;
  readonly events: EventLog;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly clock: Clock;
  readonly limitMs: number;
  /** How long a tool whose call was ended may take to notice, before nobody waits for it any more. */
  readonly graceMs: number;
}

/** Who calls and how to reach them meanwhile. */
export interface Caller {
  readonly principal: Principal;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((progress: Progress) => void) | undefined;
  /** Whether the caller's client can ask a person. */
  readonly canAsk?: boolean;
  /** What a person answered to this tool's earlier question. */
  readonly answer?: ToolAnswer | undefined;
  /** Whether the caller's client can ask a language model of its own. */
  readonly canSample?: boolean;
  /** What that model said to this tool's earlier request. */
  readonly sampled?: SampleAnswer | undefined;
}

const recordedInputBytes = 1024;

/** Runs tools. */
export class Dispatcher {
  readonly catalogue: Catalogue;
  readonly #input: DispatchInput;
  readonly #listeners = new Set<(progress: CallProgress) => void>();

  constructor(input: DispatchInput) {
    this.#input = input;
    this.catalogue = input.catalogue;
  }

  /** Calls `listener` with the progress of every call; returns how to stop. */
  onProgress(listener: (progress: CallProgress) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A context for code that acts as `caller` outside a tool: reading a resource, rendering a prompt. */
  context(caller: Caller, signal: AbortSignal, progress: (progress: Progress) => void = () => {}): ToolContext {
    const { log, clock } = this.#input;
    return {
      principal: caller.principal,
      canAsk: caller.canAsk ?? false,
      answer: caller.answer,
      canSample: caller.canSample ?? false,
      sampled: caller.sampled,
      signal,
      progress,
      log,
      clock,
      call: (tool, input, inner) => this.call(tool, input, { principal: caller.principal, signal, progress, ...inner }),
    };
  }

  /**
   * Runs a tool and returns its checked result. Throws EntenteError, or InputNeeded to a caller that can ask, or SampleNeeded to
   * one that has a model; the record is written by then either way,
   * and durable, too, but of a pure tool.
   */
  async call(name: string, rawInput: unknown, caller: Caller): Promise<Record<string, unknown>> {
    const { clock, events, metrics, limitMs, graceMs } = this.#input;
    const tool = this.catalogue.tool(name);
    const id = newId("call", clock.now());
    const started = clock.now();
    const limit = AbortSignal.timeout(limitMs);
    const signal = caller.signal ? AbortSignal.any([caller.signal, limit]) : limit;
    let outcome = "ok";
    let result: Record<string, unknown> | undefined;
    let failure: EntenteError | undefined;
    let question: InputNeeded | SampleNeeded | undefined;
    try {
      signal.throwIfAborted();
      const parsed = tool.input.safeParse(rawInput ?? {});
      if (!parsed.success) throw mcpErrors.TOOL_INPUT_INVALID({ tool: name, problems: problemsOf(parsed.error) });
      const report = (progress: Progress): void => {
        caller.progress?.(progress);
        for (const listener of this.#listeners) listener({ ...progress, call: id, tool: name, principal: caller.principal.id });
      };
      const raw = await endedBy(signal, graceMs, tool.run(parsed.data, this.context(caller, signal, report)));
      const checked = tool.output.safeParse(raw);
      if (!checked.success) throw mcpErrors.TOOL_OUTPUT_INVALID({ tool: name, problems: problemsOf(checked.error) });
      result = checked.data;
    } catch (thrown) {
      if ((thrown instanceof InputNeeded && caller.canAsk) || (thrown instanceof SampleNeeded && caller.canSample))
        question = thrown;
      failure = question
        ? undefined
        : limit.aborted
          ? baseErrors.DEADLINE_EXCEEDED({ limitMs, what: name }, { cause: thrown })
          : signal.aborted
            ? baseErrors.CANCELLED(
                { reason: String(signal.reason?.message ?? signal.reason ?? "by the caller") },
                { cause: thrown },
              )
            : asEntenteError(thrown);
      outcome = failure?.code ?? (question instanceof SampleNeeded ? "sample-needed" : "input-needed");
    }
    const durationMs = clock.now() - started;
    metrics.toolCalls.inc({ tool: name, outcome });
    metrics.toolDuration.observe({ tool: name }, durationMs / 1000);
    const data = {
      call: id,
      outcome,
      durationMs,
      ...recordable(rawInput, tool.hints.secrets),
      ...(failure ? { error: failure.message.slice(0, 500) } : {}),
    };
    const record = { kind: "tool.called", actor: caller.principal.id, subject: name, data };
    await events.record(record, tool.hints.pure ? "behind" : "waits");
    if (failure) {
      if (failure.status >= 500 && failure.code !== "DEADLINE_EXCEEDED")
        this.#input.log.error({ err: failure, cause: failure.cause, tool: name }, "a tool failed");
      throw failure;
    }
    if (question) throw question;
    return result ?? {};
  }
}

// A tool hears the signal and ends in its own order (a trainer keeps its checkpoint first); one that does not is left behind.
async function endedBy<T>(signal: AbortSignal, graceMs: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    timer = setTimeout(() => reject(signal.reason), graceMs);
  };
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
    clearTimeout(timer);
  }
}

// Small inputs are kept whole; of large ones only a hash, enough to prove what was asked.
function recordable(input: unknown, secrets: readonly string[] = []): { input?: Json; inputHash?: string } {
  let text: string;
  try {
    // Those that were left out, too: that a bidder named no price would tell that it passed.
    text = canonicalJson({ ...(input ?? {}), ...Object.fromEntries(secrets.map((name) => [name, "***"])) });
  } catch {
    return { inputHash: "not JSON" };
  }
  return text.length <= recordedInputBytes ? { input: JSON.parse(text) } : { inputHash: sha256(text) };
}

function problemsOf(error: z.ZodError): readonly string[] {
  return error.issues.slice(0, 8).map((issue) => `${issue.path.length > 0 ? `${issue.path.join(".")}: ` : ""}${issue.message}`);
}
