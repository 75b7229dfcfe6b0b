/**
 * The agent's side of a pipe: runs the tasks that the hub sends, each as a stream of steps. A task is cancelled when the
 * hub leaves its stream or the pipe is lost; a question waits for `answer`.
 */
import { CallError, type Endpoint, type Remote, RemoteError, receive } from "@entente/pipe";
import { type Agent, type AgentContext, dataOf, type Part, textOf } from "./agent.ts";
import { Channel } from "./channel.ts";
import { HubError, SdkError } from "./errors.ts";
import { hostInterface, type hubInterface, type TaskStep } from "./interfaces.ts";

/** Steps that may wait for the hub to read them; a status beyond that is dropped, a piece or a question fails; the result always has room. */
const stepLimit = 4096;

/** How far a tool is: `done` of `total`, and a sentence for people. */
export interface ToolProgress {
  readonly done: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

/** A client of the hub's own interface. */
export type HubRemote = Remote<(typeof hubInterface)["methods"]>;

/** Serves agents on an endpoint, each under its name. Returns how to stop. */
export function hostAgents(endpoint: Endpoint, agents: ReadonlyMap<string, Agent>, hub: HubRemote): () => void {
  // Of each task, in the order they were asked: so the hub answers them.
  const questions = new Map<string, ((parts: readonly Part[]) => void)[]>();
  const find = (name: string): Agent => {
    const agent = agents.get(name);
    if (!agent)
      throw new CallError(
        "AGENT_UNKNOWN",
        `there is no agent "${name}" here; there is ${[...agents.keys()].join(", ") || "none"}`,
      );
    return agent;
  };
  return receive(endpoint, hostInterface, {
    async *run({ agent: name, task }, call) {
      const agent = find(name);
      const steps = new Channel<TaskStep>(stepLimit);
      const put = (step: TaskStep): void => {
        if (!steps.put(step))
          throw new CallError("HUB_TOO_SLOW", `more than ${stepLimit} steps of ${task.id} wait for the hub to read them`);
      };
      const leftMs = call.remainingMs();
      const context: AgentContext = {
        signal: call.signal,
        deadlineAt: leftMs === undefined ? undefined : Date.now() + leftMs,
        status: (status) => void steps.put({ status }),
        artifact: ({ parts, ...piece }) => put({ artifact: { ...piece, parts: [...parts] } }),
        ask: async (question, data) => {
          // An abort that has been is not heard of again.
          call.signal.throwIfAborted();
          const { promise, resolve, reject } = Promise.withResolvers<readonly Part[]>();
          questions.set(task.id, [...(questions.get(task.id) ?? []), resolve]);
          const stop = (): void => reject(call.signal.reason);
          call.signal.addEventListener("abort", stop, { once: true });
          try {
            put({ ask: { question, data } });
            return await promise;
          } finally {
            const others = questions.get(task.id)?.filter((other) => other !== resolve) ?? [];
            if (others.length > 0) questions.set(task.id, others);
            else questions.delete(task.id);
            call.signal.removeEventListener("abort", stop);
          }
        },
        call: (tool, input) =>
          callTool(hub, { tool, input, agent: name }, { signal: call.signal, deadlineMs: call.remainingMs() }),
      };
      const work = agent.execute({ ...task, text: textOf(task.parts), data: dataOf(task.parts) }, context);
      work.then(
        ({ text, data, cost }) => steps.endWith({ done: { text, data, cost } }),
        (error) => steps.end(error ?? new Error("the agent failed without saying why")),
      );
      yield* steps;
    },
    answer({ task, parts }) {
      const resolve = questions.get(task)?.shift();
      if (!resolve) throw new SdkError("ANSWER_UNEXPECTED", { task });
      resolve(parts);
    },
    async bid({ agent: name, call }) {
      return { bid: await find(name).bid?.(call) };
    },
    async negotiate({ agent: name, turn }) {
      const { negotiate } = find(name);
      if (!negotiate) throw new CallError("AGENT_UNKNOWN", `"${name}" does not bargain`);
      return negotiate(turn);
    },
    async vote({ agent: name, call }) {
      const { vote } = find(name);
      if (!vote) throw new CallError("AGENT_UNKNOWN", `"${name}" does not vote`);
      return vote(call);
    },
    async auction({ agent: name, call }) {
      const { auction } = find(name);
      if (!auction) throw new CallError("AGENT_UNKNOWN", `"${name}" does not bid in auctions`);
      return auction(call);
    },
  });
}

/** Calls a tool over the pipe and gives its result; progress goes to `progress`. Throws HubError, or the pipe's own errors. */
export async function callTool(
  hub: HubRemote,
  call: { readonly tool: string; readonly input: Parameters<AgentContext["call"]>[1]; readonly agent?: string },
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly deadlineMs?: number | undefined;
    readonly progress?: ((step: ToolProgress) => void) | undefined;
  } = {},
): Promise<Awaited<ReturnType<AgentContext["call"]>>> {
  const { signal, deadlineMs, progress } = options;
  // undefined members are no JSON; the wire is
  const input = JSON.parse(JSON.stringify(call.input));
  try {
    for await (const step of hub.callTool({ ...call, input }, { signal, deadlineMs })) {
      if ("result" in step) return step.result as Awaited<ReturnType<AgentContext["call"]>>; // why: the schema is an object of JSON
      progress?.(step.progress);
    }
  } catch (thrown) {
    if (thrown instanceof RemoteError) throw new HubError(thrown.code, thrown.message, thrown.details, { cause: thrown });
    throw thrown;
  }
  throw new HubError("INTERNAL", `the hub ended "${call.tool}" without a result`, {});
}
