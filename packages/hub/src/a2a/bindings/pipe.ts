/**
 * A2A over a pipe: the custom binding `https://entente.dev/a2a/pipe/v1`. Bodies are the ProtoJSON objects of A2A 1.0, carried
 * by the pipe's own codec; order, credits, deadlines and cancellation are the pipe's.
 */
import { type CallContext, CallError, type Endpoint, receive } from "@entente/pipe";
import { type A2aCall, a2aInterface } from "@entente/sdk";
import type { Principal } from "../../base/tool.ts";
import { eventNumber } from "../encoded.ts";
import { wireError } from "../errors.ts";
import type { StreamResponse } from "../protocol.ts";
import { readRequest } from "../request.ts";
import { type Call, type OperationName, operations } from "../service.ts";
import type { Served } from "./http-call.ts";

/** Serves the agents to whoever is at the other end of `endpoint`, as `principal`. Returns how to stop. */
export function serveA2aPipe(
  endpoint: Endpoint,
  principal: Principal,
  find: (agent: string) => Served,
  now: () => number,
): () => void {
  const prepare = <O extends OperationName>(operation: O, asked: A2aCall, context: CallContext) => {
    const { service } = find(asked.agent);
    const params = readRequest(operation, asked.params);
    return {
      run: (service[operations[operation].method] as Method).bind(service),
      params,
      call: new PipeCall(principal, asked, context, params.tenant, now),
    }; // why: the table names the method of this very operation
  };
  const answer = (operation: OperationName) => async (asked: A2aCall, context: CallContext) => {
    try {
      const { run, params, call } = prepare(operation, asked, context);
      return ((await run(params, call)) ?? null) as never; // why: what an AgentService answers is JSON
    } catch (thrown) {
      throw asCallError(thrown);
    }
  };
  const events = (operation: OperationName) =>
    async function* (asked: A2aCall, context: CallContext) {
      try {
        const { run, params, call } = prepare(operation, asked, context);
        for await (const event of run(params, call) as AsyncIterable<StreamResponse>) // why: the operation is one that streams
          yield { number: eventNumber(event), event: event as never }; // why: a StreamResponse is an object of JSON
      } catch (thrown) {
        throw asCallError(thrown);
      }
    };
  return receive(endpoint, a2aInterface, {
    SendMessage: answer("SendMessage"),
    SendStreamingMessage: events("SendStreamingMessage"),
    GetTask: answer("GetTask"),
    ListTasks: answer("ListTasks"),
    CancelTask: answer("CancelTask"),
    SubscribeToTask: events("SubscribeToTask"),
    CreateTaskPushNotificationConfig: answer("CreateTaskPushNotificationConfig"),
    GetTaskPushNotificationConfig: answer("GetTaskPushNotificationConfig"),
    ListTaskPushNotificationConfigs: answer("ListTaskPushNotificationConfigs"),
    DeleteTaskPushNotificationConfig: answer("DeleteTaskPushNotificationConfig"),
    GetExtendedAgentCard: answer("GetExtendedAgentCard"),
  });
}

type Method = (params: unknown, call: Call) => unknown;

/** The call of a pipe's frame. Its signal is made only for those who ask for it. */
class PipeCall implements Call {
  readonly principal: Principal;
  readonly extensions: readonly string[];
  readonly tenant: string;
  readonly version = "1.0";
  readonly after: number | undefined;
  readonly deadlineAt: number | undefined;
  readonly #context: CallContext;

  constructor(principal: Principal, asked: A2aCall, context: CallContext, tenant: string | undefined, now: () => number) {
    this.principal = principal;
    this.extensions = asked.extensions ?? [];
    this.tenant = tenant ?? "";
    this.after = asked.after;
    const remaining = context.remainingMs();
    this.deadlineAt = remaining === undefined ? undefined : now() + remaining;
    this.#context = context;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }
}

function asCallError(thrown: unknown): CallError {
  const { code, message, reason } = wireError(thrown);
  return new CallError(code, message, reason ? { reason } : {});
}
