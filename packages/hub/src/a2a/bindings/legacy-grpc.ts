/**
 * Clients of A2A 0.3 over gRPC (service a2a.v1.A2AService), on the port of 1.0: their package is another. Which agent is meant
 * stands in the metadata `a2a-agent`, since requests of 0.3 have no tenant; cards of 0.3 can therefore not name this interface.
 * The official SDK translates; it is loaded with gRPC.
 */
import { AgentInterface } from "@a2a-js/sdk";
import { type A2ARequestHandler, ServerCallContext } from "@a2a-js/sdk/server";
import { UserBuilder } from "@a2a-js/sdk/server/grpc";
import type { ServerWritableStream, sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import { a2aErrors } from "../errors.ts";
import type { Call } from "../service.ts";
import { type Admitted, type AnyCall, admit, drained, type GrpcInput, statusOf } from "./grpc-call.ts";
import { checkVersion, extensionList } from "./http-call.ts";
import { sdkHandler } from "./sdk-handler.ts";

type Stream = AnyCall & ServerWritableStream<never, unknown>;
type Method = (call: unknown, answer?: sendUnaryData<unknown>) => Promise<void>;

/** The service of 0.3 and what answers it. */
export async function legacyMethods(
  input: GrpcInput,
): Promise<{ readonly service: object; readonly implementation: UntypedServiceImplementation }> {
  const { LegacyA2AService, legacyGrpcService } = await import("@a2a-js/sdk/compat/v0_3/server/grpc");
  // Each call gets a service of its own, which makes it as its caller.
  const methodFor = (name: string, requestHandler: A2ARequestHandler): Method => {
    const service: object = legacyGrpcService({
      requestHandler,
      userBuilder: UserBuilder.noAuthentication,
      contextBuilder: () => new ServerCallContext({ requestedVersion: "0.3" }),
    });
    return (service as Record<string, Method>)[name] as Method; // why: it has the methods of its definition
  };
  const implementation: Record<string, unknown> = {};
  for (const [name, { responseStream }] of Object.entries(LegacyA2AService))
    implementation[name] = responseStream
      ? (stream: Stream) => answerStream(stream, input, (handler) => methodFor(name, handler))
      : (call: AnyCall, answer: sendUnaryData<unknown>) => answerCall(call, answer, input, (handler) => methodFor(name, handler));
  return { service: LegacyA2AService, implementation: implementation as UntypedServiceImplementation }; // why: the handlers are of the kinds that grpc-js calls
}

type MethodFor = (handler: A2ARequestHandler) => Method;

async function answerCall(call: AnyCall, answer: sendUnaryData<unknown>, input: GrpcInput, methodFor: MethodFor): Promise<void> {
  let over = (): void => {};
  // What is answered first stands: the call's end, or the end of its client's token.
  let answered = false;
  const once: sendUnaryData<unknown> = (...given) => {
    if (!answered) answer(...given);
    answered = true;
  };
  const refuse = (thrown: unknown): void => once(statusOf(thrown));
  try {
    const admitted = await admit(call, input, refuse);
    over = admitted.over;
    await methodFor(handlerOf(admitted, input))(call, once);
  } catch (thrown) {
    refuse(thrown);
  } finally {
    over();
  }
}

async function answerStream(stream: Stream, input: GrpcInput, methodFor: MethodFor): Promise<void> {
  let over = (): void => {};
  const refuse = (thrown: unknown): void => void stream.emit("error", statusOf(thrown));
  try {
    const admitted = await admit(stream, input, refuse);
    over = admitted.over;
    const handler = handlerOf(admitted, input);
    // The SDK writes whatever comes: a reader that is slow is waited for before the next event is taken.
    const paced = async function* <T>(events: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
      for await (const event of events) {
        yield event;
        if (stream.writableNeedDrain) await drained(stream, admitted.signal);
      }
    };
    await methodFor({
      ...handler,
      sendMessageStream: (params, context) => paced(handler.sendMessageStream(params, context)),
      resubscribe: (params, context) => paced(handler.resubscribe(params, context)),
    })(stream);
  } catch (thrown) {
    refuse(thrown);
  } finally {
    over();
  }
}

function handlerOf({ principal, header, signal, deadlineAt }: Admitted, input: GrpcInput): A2ARequestHandler {
  checkVersion(header("a2a-version"), "0.3");
  const agent = header("a2a-agent");
  if (agent === undefined)
    throw a2aErrors.REQUEST_MALFORMED({ problem: "metadata a2a-agent: wanted the name of the agent that is meant, got nothing" });
  const { service, card } = input.served(agent);
  const extensions = extensionList(header("a2a-extensions") ?? header("x-a2a-extensions"));
  const call: Call = { principal, extensions, tenant: "", version: "0.3", signal, deadlineAt };
  // The SDK serves what the card lists.
  const here = AgentInterface.fromJSON({ protocolBinding: "GRPC", protocolVersion: "0.3" });
  return sdkHandler(service, { ...card, supportedInterfaces: [...card.supportedInterfaces, here] }, call);
}
