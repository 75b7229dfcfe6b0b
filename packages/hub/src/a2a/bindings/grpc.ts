/**
 * A2A over gRPC (service lf.a2a.v1.A2AService): one port for every agent of the hub. Which agent is meant stands in the
 * tenant of the request, `NAME` or `NAME/TENANT`, as its card's interface says; or in the metadata `a2a-agent`, and then the
 * tenant is the agent's own. The token comes as metadata `authorization`. This file and with it @grpc/grpc-js is loaded only
 * when the binding is on.
 */
import * as sdk from "@a2a-js/sdk";
import { encodeGrpcStatusDetails } from "@a2a-js/sdk/errors/grpc";
import { A2AService } from "@a2a-js/sdk/server/grpc";
import {
  type Deadline,
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { Principal } from "../../base/tool.ts";
import { httpErrors } from "../../http/body.ts";
import type { OpenCalls } from "../../security/open-calls.ts";
import { securityErrors } from "../../security/token.ts";
import { a2aErrors, grpcStatus, wireError } from "../errors.ts";
import { readRequest } from "../request.ts";
import { type Call, isStreaming, type OperationName, operations } from "../service.ts";
import { checkVersion, extensionList, type Served } from "./http-call.ts";

/** What the gRPC server stands on. */
export interface GrpcInput {
  readonly host: string;
  readonly port: number;
  readonly limitBytes: number;
  /** Finds an agent. Throws AGENT_UNKNOWN. */
  readonly served: (name: string) => Served;
  /** Who a token belongs to. Throws TOKEN_*. */
  readonly check: (headers: { readonly authorization?: string | undefined }) => Promise<Principal>;
  /** Ends calls whose client's token ends. */
  readonly calls: OpenCalls;
}

/** A listening gRPC server. */
export interface GrpcServer {
  /** host:port, as cards carry it. */
  readonly address: string;
  /** Lets calls end until the time is up, then cuts them. */
  readonly drain: (limitMs: number) => Promise<void>;
}

const answerMs = 100;

interface Codec {
  fromJSON(json: never): unknown;
  toJSON(message: never): unknown;
}

// ts-proto's object for a request and a response of each operation.
const messages: Readonly<Record<OperationName, readonly [Codec, Codec]>> = {
  SendMessage: [sdk.SendMessageRequest, sdk.SendMessageResponse],
  SendStreamingMessage: [sdk.SendMessageRequest, sdk.StreamResponse],
  GetTask: [sdk.GetTaskRequest, sdk.Task],
  ListTasks: [sdk.ListTasksRequest, sdk.ListTasksResponse],
  CancelTask: [sdk.CancelTaskRequest, sdk.Task],
  SubscribeToTask: [sdk.SubscribeToTaskRequest, sdk.StreamResponse],
  CreateTaskPushNotificationConfig: [sdk.TaskPushNotificationConfig, sdk.TaskPushNotificationConfig],
  GetTaskPushNotificationConfig: [sdk.GetTaskPushNotificationConfigRequest, sdk.TaskPushNotificationConfig],
  ListTaskPushNotificationConfigs: [sdk.ListTaskPushNotificationConfigsRequest, sdk.ListTaskPushNotificationConfigsResponse],
  DeleteTaskPushNotificationConfig: [sdk.DeleteTaskPushNotificationConfigRequest, sdk.Task],
  GetExtendedAgentCard: [sdk.GetExtendedAgentCardRequest, sdk.AgentCard],
};

/** Starts the server. Throws PORT_TAKEN. */
export async function serveGrpc(input: GrpcInput): Promise<GrpcServer> {
  const server = new Server({
    "grpc.max_receive_message_length": input.limitBytes,
    "grpc.max_metadata_size": 16 * 1024,
  });
  const implementation: UntypedServiceImplementation = {};
  for (const name of Object.keys(operations) as OperationName[]) {
    const method = name.charAt(0).toLowerCase() + name.slice(1);
    const handle = isStreaming(name) ? streaming(name, input) : unary(name, input);
    implementation[method] = handle as UntypedHandleCall; // why: grpc-js hands each method the call of its kind
  }
  server.addService(A2AService as never, implementation); // why: grpc-js wants an index signature that the SDK's type lacks
  const { host, port } = input;
  const at = host.includes(":") ? `[${host}]` : host;
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`${at}:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(httpErrors.PORT_TAKEN({ host, port }, { cause: error })) : resolve(bound),
    ),
  );
  return {
    address: `${at}:${bound}`,
    drain: async (limitMs) => {
      const timer = setTimeout(() => server.forceShutdown(), limitMs);
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      clearTimeout(timer);
    },
  };
}

// What the two kinds of call have in common.
interface AnyCall {
  readonly request: never;
  readonly metadata: Metadata;
  getDeadline(): Deadline;
  sendMetadata(metadata: Metadata): void;
  on(event: "cancelled", listener: () => void): unknown;
}

interface Prepared {
  /** Says that the call is over. */
  readonly over: () => void;
  readonly served: Served;
  readonly params: never;
  readonly call: Call;
}

// `refuse` ends the call with an error, whatever it is doing.
async function prepare(
  name: OperationName,
  request: AnyCall,
  input: GrpcInput,
  refuse: (thrown: unknown) => void,
): Promise<Prepared> {
  // Before anything is waited for: the event comes once.
  const gone = new AbortController();
  request.on("cancelled", () => gone.abort(new Error("the caller is gone")));
  const header = headerOf(request.metadata);
  const moment = input.calls.moment();
  const principal = await input.check({ authorization: header("authorization") });
  const over = input.calls.open(principal, moment, () => {
    const error = securityErrors.TOKEN_WRONG({});
    refuse(error);
    gone.abort(error);
  });
  try {
    return { over, ...readCall(name, request, input, principal, gone.signal) };
  } catch (thrown) {
    over();
    throw thrown;
  }
}

function readCall(
  name: OperationName,
  request: AnyCall,
  input: GrpcInput,
  principal: Principal,
  signal: AbortSignal,
): Omit<Prepared, "over"> {
  const { metadata } = request;
  const header = headerOf(metadata);
  checkVersion(header("a2a-version"), "1.0");
  const [Request] = messages[name];
  const { tenant: named = "", ...rest } = Request.toJSON(request.request) as { readonly tenant?: string }; // why: every request of the service has a tenant
  const agent = header("a2a-agent");
  const [first = "", ...others] = named.split("/");
  const [to, tenant] = agent === undefined ? [first, others.join("/")] : [agent, named];
  if (to === "")
    throw a2aErrors.REQUEST_MALFORMED({
      problem: "tenant: wanted the name of the agent, as its card's GRPC interface says, got nothing",
    });
  const served = input.served(to);
  const params = readRequest(name, { ...rest, ...(tenant === "" ? {} : { tenant }) }) as never; // why: this operation's own parameters
  const deadline = request.getDeadline();
  // A little earlier, so that the answer is there in time.
  const latest = deadline instanceof Date ? deadline.getTime() : deadline;
  const deadlineAt = Number.isFinite(latest) ? latest - answerMs : undefined;
  const extensions = extensionList(header("a2a-extensions"));
  const active = extensions.filter((uri) => served.extensions.includes(uri));
  const answer = new Metadata();
  if (active.length > 0) answer.set("a2a-extensions", active.join(","));
  request.sendMetadata(answer);
  return { served, params, call: { principal, extensions, tenant, version: "1.0", signal, deadlineAt } };
}

function headerOf(metadata: Metadata): (key: string) => string | undefined {
  return (key) => metadata.get(key).map(String).join(",") || undefined;
}

function unary(name: Exclude<OperationName, "SendStreamingMessage" | "SubscribeToTask">, input: GrpcInput) {
  const [, Response] = messages[name];
  return (request: ServerUnaryCall<never, unknown>, answer: sendUnaryData<unknown>): void => {
    // What is answered first stands: the call's end, or the end of its client's token.
    let answered = false;
    const once: typeof answer = (...given) => {
      if (!answered) answer(...given);
      answered = true;
    };
    const refuse = (thrown: unknown): void => once(statusOf(thrown));
    const work = async (): Promise<unknown> => {
      const { served, params, call, over } = await prepare(name, request, input, refuse);
      try {
        const result: unknown = await served.service[operations[name].method](params, call);
        return result === undefined ? {} : Response.fromJSON(result as never); // why: ProtoJSON of this operation's response
      } finally {
        over();
      }
    };
    work().then((result) => once(null, result), refuse);
  };
}

function streaming(name: "SendStreamingMessage" | "SubscribeToTask", input: GrpcInput) {
  return async (stream: ServerWritableStream<never, unknown>): Promise<void> => {
    let over = (): void => {};
    let refused = false;
    const refuse = (thrown: unknown): void => {
      if (!refused) stream.emit("error", statusOf(thrown));
      refused = true;
    };
    try {
      const prepared = await prepare(name, stream, input, refuse);
      over = prepared.over;
      const { served, params, call } = prepared;
      for await (const event of served.service[operations[name].method](params, call)) {
        if (refused) break;
        if (!stream.write(sdk.StreamResponse.fromJSON({ ...event }))) await drained(stream, call.signal);
      }
      if (!refused) stream.end();
    } catch (thrown) {
      refuse(thrown);
    } finally {
      over();
    }
  };
}

function drained(stream: ServerWritableStream<never, unknown>, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => resolve();
  stream.once("drain", done);
  if (signal.aborted) done();
  else signal.addEventListener("abort", done, { once: true });
  return promise;
}

function statusOf(thrown: unknown): { code: number; details: string; metadata: Metadata } {
  const { status, message, reason } = wireError(thrown);
  const code = grpcStatus[status];
  const metadata = new Metadata();
  if (reason) metadata.set("grpc-status-details-bin", encodeGrpcStatusDetails(code, message, reason));
  return { code, details: message, metadata };
}
