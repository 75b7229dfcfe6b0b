/**
 * An agent elsewhere over gRPC (service lf.a2a.v1.A2AService), in the shape of the official client's transports. That client
 * dials by itself and takes no options for its channel, so this one speaks the same service over a guarded channel.
 */
import { createSecureContext } from "node:tls";
import type * as sdk from "@a2a-js/sdk";
import type { RequestOptions, Transport } from "@a2a-js/sdk/client";
import { fromGrpcError } from "@a2a-js/sdk/errors/grpc";
import { A2AService } from "@a2a-js/sdk/server/grpc";
import { type CallOptions, type ChannelCredentials, Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { type GrpcAddress, hostPort } from "./grpc-address.ts";
import { type AddressesOf, guardedTarget } from "./guarded-resolver.ts";

/** How an agent is reached over gRPC. */
export interface GrpcReach {
  /** The addresses behind a host, checked. */
  readonly addressesOf: AddressesOf;
  /** The bearer token for the agent, where it wants one. */
  readonly token: () => string | undefined;
}

/** Options of a call; `deadlineAt` (ms since 1970) goes to the agent with it. */
export interface TimedOptions extends RequestOptions {
  readonly deadlineAt?: number | undefined;
}

/** What a call needs to know of its method. */
interface Method<Q, A> {
  readonly path: string;
  readonly requestSerialize: (request: Q) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => A;
}

/** A channel to one agent. Throws A2AError for what the agent answered, and grpc-js's own error for what kept it from answering. */
export class GrpcTransport implements Transport, Disposable {
  readonly protocolName = "GRPC";
  readonly protocolVersion = "1.0";
  readonly #client: Client;
  readonly #reach: GrpcReach;

  constructor(address: GrpcAddress, reach: GrpcReach) {
    const [target, options] = guardedTarget(hostPort(address), reach.addressesOf);
    this.#reach = reach;
    this.#client = new Client(target, address.secure ? trusted() : credentials.createInsecure(), options);
  }

  async sendMessage(params: sdk.SendMessageRequest, options?: TimedOptions): Promise<sdk.Message | sdk.Task> {
    const { payload } = await this.#unary(A2AService.sendMessage, params, options);
    if (!payload) throw new Error("it answered with neither a message nor a task");
    return payload.value;
  }

  sendMessageStream(params: sdk.SendMessageRequest, options?: TimedOptions): AsyncGenerator<sdk.StreamResponse, void> {
    return this.#stream(A2AService.sendStreamingMessage, params, options);
  }

  getTask(params: sdk.GetTaskRequest, options?: TimedOptions): Promise<sdk.Task> {
    return this.#unary(A2AService.getTask, params, options);
  }

  listTasks(params: sdk.ListTasksRequest, options?: TimedOptions): Promise<sdk.ListTasksResponse> {
    return this.#unary(A2AService.listTasks, params, options);
  }

  cancelTask(params: sdk.CancelTaskRequest, options?: TimedOptions): Promise<sdk.Task> {
    return this.#unary(A2AService.cancelTask, params, options);
  }

  resubscribeTask(params: sdk.SubscribeToTaskRequest, options?: TimedOptions): AsyncGenerator<sdk.StreamResponse, void> {
    return this.#stream(A2AService.subscribeToTask, params, options);
  }

  createTaskPushNotificationConfig(
    params: sdk.TaskPushNotificationConfig,
    options?: TimedOptions,
  ): Promise<sdk.TaskPushNotificationConfig> {
    return this.#unary(A2AService.createTaskPushNotificationConfig, params, options);
  }

  getTaskPushNotificationConfig(
    params: sdk.GetTaskPushNotificationConfigRequest,
    options?: TimedOptions,
  ): Promise<sdk.TaskPushNotificationConfig> {
    return this.#unary(A2AService.getTaskPushNotificationConfig, params, options);
  }

  listTaskPushNotificationConfig(
    params: sdk.ListTaskPushNotificationConfigsRequest,
    options?: TimedOptions,
  ): Promise<sdk.ListTaskPushNotificationConfigsResponse> {
    return this.#unary(A2AService.listTaskPushNotificationConfigs, params, options);
  }

  async deleteTaskPushNotificationConfig(
    params: sdk.DeleteTaskPushNotificationConfigRequest,
    options?: TimedOptions,
  ): Promise<void> {
    await this.#unary(A2AService.deleteTaskPushNotificationConfig, params, options);
  }

  getExtendedAgentCard(params: sdk.GetExtendedAgentCardRequest, options?: TimedOptions): Promise<sdk.AgentCard> {
    return this.#unary(A2AService.getExtendedAgentCard, params, options);
  }

  /** Lets the calls that run end, and takes no more. */
  [Symbol.dispose](): void {
    this.#client.close();
  }

  #unary<Q, A>(method: Method<Q, A>, params: Q, options: TimedOptions = {}): Promise<A> {
    const { signal } = options;
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<A>();
    const { path, requestSerialize, responseDeserialize } = method;
    const call = this.#client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      params,
      this.#metadata(options),
      timed(options),
      (error, answer) => {
        signal?.removeEventListener("abort", cancel);
        if (answer !== undefined) resolve(answer);
        else reject(meaning(error, signal));
      },
    );
    const cancel = (): void => call.cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    return promise;
  }

  async *#stream<Q, A>(method: Method<Q, A>, params: Q, options: TimedOptions = {}): AsyncGenerator<A, void> {
    const { signal } = options;
    signal?.throwIfAborted();
    const { path, requestSerialize, responseDeserialize } = method;
    const call = this.#client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      params,
      this.#metadata(options),
      timed(options),
    );
    const cancel = (): void => call.cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    // It tells of its own cancelling too, when nobody reads any more.
    call.on("error", () => {});
    try {
      for await (const item of call) yield item;
    } catch (error) {
      throw meaning(error, signal);
    } finally {
      signal?.removeEventListener("abort", cancel);
      call.cancel();
    }
  }

  #metadata({ serviceParameters = {} }: TimedOptions): Metadata {
    const metadata = new Metadata();
    metadata.set("a2a-version", this.protocolVersion);
    for (const [key, value] of Object.entries(serviceParameters)) metadata.set(key, String(value));
    const token = this.#reach.token();
    if (token !== undefined) metadata.set("authorization", `Bearer ${token}`);
    return metadata;
  }
}

// Whoever the hub believes over HTTP: grpc-js alone would go by roots of its own.
function trusted(): ChannelCredentials {
  return credentials.createFromSecureContext(createSecureContext());
}

function timed({ deadlineAt }: TimedOptions): CallOptions {
  return deadlineAt === undefined ? {} : { deadline: deadlineAt };
}

// The SDK makes an error of A2A out of everything, and calls what it does not know by the name of their base.
function meaning(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  if (!(error instanceof Error && "metadata" in error)) return error;
  const known = fromGrpcError(error as ServiceError); // why: grpc-js throws nothing else that carries metadata
  return known.name === "A2AError" ? error : known;
}
