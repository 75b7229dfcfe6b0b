/**
 * A2A over gRPC (service lf.a2a.v1.A2AService, and that of 0.3 beside it): one port for every agent of the hub. Which agent is meant stands in the
 * tenant of the request, `NAME` or `NAME/TENANT`, as its card's interface says; or in the metadata `a2a-agent`, and then the
 * tenant is the agent's own. The token comes as metadata `authorization`. This file and with it @grpc/grpc-js is loaded only
 * when the binding is on.
 */
import * as sdk from "@a2a-js/sdk";
import { A2AService } from "@a2a-js/sdk/server/grpc";
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { httpErrors } from "../../http/body.ts";
import { a2aErrors } from "../errors.ts";
import { readRequest } from "../request.ts";
import { type Call, isStreaming, type OperationName, operations } from "../service.ts";
import { type Admitted, type AnyCall, admit, drained, type GrpcInput, statusOf } from "./grpc-call.ts";
import { checkVersion, extensionList, type Served } from "./http-call.ts";
import { legacyMethods } from "./legacy-grpc.ts";

/** A listening gRPC server. */
export interface GrpcServer {
  /** host:port, as cards carry it. */
  readonly address: string;
  /** Lets calls end until the time is up, then cuts them. */
  readonly drain: (limitMs: number) => Promise<void>;
}

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
  const legacy = await legacyMethods(input);
  server.addService(legacy.service as never, legacy.implementation); // why: as above
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

interface Prepared {
  readonly served: Served;
  readonly params: never;
  readonly call: Call;
}

function prepare(name: OperationName, request: AnyCall, input: GrpcInput, admitted: Admitted): Prepared {
  const { principal, header, signal, deadlineAt } = admitted;
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
  const extensions = extensionList(header("a2a-extensions"));
  const active = extensions.filter((uri) => served.extensions.includes(uri));
  const answer = new Metadata();
  if (active.length > 0) answer.set("a2a-extensions", active.join(","));
  request.sendMetadata(answer);
  return { served, params, call: { principal, extensions, tenant, version: "1.0", signal, deadlineAt } };
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
      const admitted = await admit(request, input, refuse);
      try {
        const { served, params, call } = prepare(name, request, input, admitted);
        const result: unknown = await served.service[operations[name].method](params, call);
        return result === undefined ? {} : Response.fromJSON(result as never); // why: ProtoJSON of this operation's response
      } finally {
        admitted.over();
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
      const admitted = await admit(stream, input, refuse);
      over = admitted.over;
      const { served, params, call } = prepare(name, stream, input, admitted);
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
