/**
 * An agent that joined over a pipe, as the hub's engine knows agents: its tasks run over there, step by step over here. When
 * its process dies in the middle, a task is failed saying that it may have run, or, where the agent says that its work may be
 * done twice, run again when it comes back, a few times.
 */
import { type Endpoint, mayHaveRun, PipeError, RemoteError, remote } from "@entente/pipe";
import { hostInterface, type Join, type TaskStep } from "@entente/sdk";
import { a2aErrors } from "../a2a/errors.ts";
import { type Agent, type AgentContext, type AgentResult, type AgentTask, agentErrors } from "../base/agent.ts";
import type { Content } from "../base/content.ts";
import { defineErrors, EntenteError } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import type { Presence } from "./presence.ts";

export const joiningErrors = defineErrors({
  AGENT_AWAY: {
    status: 503,
    text: (d: { agent: string; graceMs: number }) =>
      `"${d.agent}" joined this hub but is not connected, and did not come back within ${d.graceMs} ms`,
  },
  AGENT_LOST: {
    status: 503,
    text: (d: { agent: string; reason: string; mayHaveRun: boolean }) =>
      `the connection to "${d.agent}" was lost (${d.reason}); the task ${d.mayHaveRun ? "may have run" : "did not run"}`,
  },
  AGENT_NAME_FOREIGN: {
    status: 403,
    text: (d: { agent: string; owner: string }) => `the agent name "${d.agent}" belongs to ${d.owner}; join under another name`,
  },
  AGENT_TOOL_FORBIDDEN: {
    status: 403,
    text: (d: { agent: string; tool: string }) =>
      `"${d.agent}" is a client's agent and may not call ${d.tool}; the operator allows tools to such agents by agents.clientTools`,
  },
  AGENT_TOO_MANY: {
    status: 403,
    text: (d: { owner: string; limit: number }) =>
      `${d.owner} has ${d.limit} agents already; have one of them removed before another joins`,
  },
  AGENT_NOT_JOINED: {
    status: 403,
    text: (d: { agent: string }) => `"${d.agent}" has not joined over this connection, so nothing can be done in its name`,
  },
});

const longestTimerMs = 2 ** 31 - 1;
// Work that kills its own process would be run for ever.
const maxReruns = 3;

/** What is known of an agent that joined; `join` is replaced when it comes back and says something else of itself. */
export interface Joined {
  readonly owner: string;
  readonly presence: Presence;
  join: Join;
}

/**
 * Makes the engine's agent of one that joined: one object for as long as it may run tasks, which always says what the agent
 * said of itself last. `graceMs` is how long a task waits for it to come (back).
 */
export function joinedAgent(joined: Joined, graceMs: number): Agent {
  const { presence } = joined;
  const { name } = joined.join;
  const bid: Agent["bid"] = async (call) => {
    const { endpoint } = presence;
    // Who is not here declines.
    if (!endpoint) return undefined;
    const job = JSON.parse(JSON.stringify(call.job));
    const deadlineMs = Math.max(1, call.replyBy - Date.now());
    return (await remote(endpoint, hostInterface).bid({ agent: name, call: { ...call, job } }, { deadlineMs })).bid;
  };
  // An agent that is away may come back in time to answer.
  const reached = async (replyBy: number) => {
    const deadlineMs = Math.min(longestTimerMs, Math.max(1, replyBy - Date.now()));
    const endpoint = presence.endpoint ?? (await presence.wait(Math.min(graceMs, deadlineMs), AbortSignal.timeout(deadlineMs)));
    if (!endpoint) throw joiningErrors.AGENT_AWAY({ agent: name, graceMs });
    return { host: remote(endpoint, hostInterface), options: { deadlineMs } };
  };
  const negotiate: Agent["negotiate"] = async (turn) => {
    const { host, options } = await reached(turn.replyBy);
    return host.negotiate({ agent: name, turn }, options);
  };
  const vote: Agent["vote"] = async (call) => {
    const { host, options } = await reached(call.replyBy);
    return host.vote({ agent: name, call }, options);
  };
  const auction: Agent["auction"] = async (call) => {
    const { host, options } = await reached(call.replyBy);
    return host.auction({ agent: name, call }, options);
  };
  return {
    get profile() {
      return profileOf(joined.join);
    },
    get restart() {
      return joined.join.restart;
    },
    execute: async (task, ctx) => {
      for (let losses = 0; ; ) {
        const endpoint = await presence.wait(graceMs, ctx.signal);
        if (!endpoint) throw joiningErrors.AGENT_AWAY({ agent: name, graceMs });
        try {
          return await execute(name, endpoint, task, ctx);
        } catch (thrown) {
          if (!isLoss(thrown) || ctx.signal.aborted) throw thrown;
          if (thrown.details.mayHaveRun !== false) {
            losses += 1;
            if (joined.join.restart !== "rerun") throw thrown;
            if (losses > maxReruns) throw givenUp(name, losses, thrown);
          }
          ctx.status(`${name} is gone; this runs again when it is back`);
        }
      }
    },
    ...(joined.join.bids ? { bid } : {}),
    ...(joined.join.negotiates ? { negotiate } : {}),
    ...(joined.join.votes ? { vote } : {}),
    ...(joined.join.auctions ? { auction } : {}),
  };
}

function profileOf({ name, description, skills }: Join): Agent["profile"] {
  return {
    name,
    description,
    skills: skills.map(({ id, name: title, description: what, examples }) => ({
      id,
      name: title,
      description: what,
      ...(examples ? { examples } : {}),
    })),
  };
}

async function execute(name: string, endpoint: Endpoint, task: AgentTask, ctx: AgentContext): Promise<AgentResult> {
  const host = remote(endpoint, hostInterface);
  const { id, contextId, content } = task;
  const parts = content.map(({ metadata: _metadata, ...part }) => JSON.parse(JSON.stringify(part)));
  const stop = new AbortController();
  const signal = AbortSignal.any([ctx.signal, stop.signal]);
  const leftMs = ctx.deadlineAt === undefined ? undefined : Math.max(1, ctx.deadlineAt - ctx.clock.now());
  // The pipe's timers hold some 24 days; a task with more is ended by its hub alone.
  const deadlineMs = leftMs !== undefined && leftMs < longestTimerMs ? leftMs : undefined;
  let broken: unknown;
  try {
    for await (const step of host.run({ agent: name, task: { id, contextId, parts } }, { signal, deadlineMs })) {
      if ("done" in step) return resultOf(step.done);
      report(step, ctx, async (question, data) => {
        const answer = await ctx.ask(question, data);
        await host.answer({ agent: name, task: id, parts: answer.content.map((part) => JSON.parse(JSON.stringify(part))) });
      }).catch((error) => {
        broken = error;
        stop.abort(error);
      });
    }
  } catch (thrown) {
    throw meaning(name, broken ?? thrown, ctx.signal, deadlineMs);
  }
  throw a2aErrors.INVALID_AGENT_RESPONSE({ agent: name, problem: "it ended the task without a result" });
}

// By its cause: the agent may throw this code too, when it asked another agent that was lost.
function isLoss(thrown: unknown): thrown is EntenteError {
  return thrown instanceof EntenteError && thrown.code === "AGENT_LOST" && thrown.cause instanceof PipeError;
}

function givenUp(agent: string, losses: number, last: EntenteError): EntenteError {
  const reason = `${last.details.reason}; so ended each of ${losses} runs of the task, so it is not run again`;
  return joiningErrors.AGENT_LOST({ agent, reason, mayHaveRun: true }, { cause: last });
}

// A question is asked while later steps still come, so that a status after it is not held up.
async function report(
  step: TaskStep,
  ctx: AgentContext,
  ask: (question: string, data: Json | undefined) => Promise<void>,
): Promise<void> {
  if ("status" in step) ctx.status(step.status);
  else if ("artifact" in step) {
    const { name, parts, last = false } = step.artifact;
    ctx.artifact({ id: name, name, content: parts as readonly Content[], last }); // why: the same object, with undefined members left out
  } else if ("ask" in step) await ask(step.ask.question, step.ask.data);
}

function resultOf({ text, data, cost }: Extract<TaskStep, { done: unknown }>["done"]): AgentResult {
  return { text, ...(data === undefined ? {} : { data }), ...(cost === undefined ? {} : { cost }) };
}

// What the agent threw keeps its code; a lost pipe says whether the task may have run.
function meaning(agent: string, thrown: unknown, signal: AbortSignal, deadlineMs: number | undefined): unknown {
  if (signal.aborted) return signal.reason;
  // The pipe may tell the time a little earlier than the task does.
  if (thrown instanceof Error && "code" in thrown && thrown.code === "DEADLINE_EXCEEDED" && deadlineMs !== undefined)
    return agentErrors.TASK_OVERDUE({ limitMs: Math.round(deadlineMs) }, { cause: thrown });
  if (thrown instanceof RemoteError) {
    const code = /^[A-Z]+(_[A-Z]+)+$/.test(thrown.code) ? thrown.code : "AGENT_FAILED";
    return new EntenteError(code, 502, thrown.message, thrown.details, { cause: thrown });
  }
  if (thrown instanceof PipeError && (thrown.code === "PEER_GONE" || thrown.code === "PIPE_CLOSED"))
    return joiningErrors.AGENT_LOST({ agent, reason: thrown.message, mayHaveRun: mayHaveRun(thrown) }, { cause: thrown });
  return thrown;
}
