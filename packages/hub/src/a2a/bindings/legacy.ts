/**
 * Clients of A2A 0.3 over JSON-RPC: the same address, told apart by their method names (`message/send`). The official SDK
 * translates; it is loaded by the first of them. Its HTTP+JSON translation needs a web framework of its own, so that one is ours
 * (legacy-http.ts).
 */
import { type AgentCard, StreamResponse as StreamResponseMessage, Task as TaskMessage } from "@a2a-js/sdk";
import type { A2ARequestHandler } from "@a2a-js/sdk/server";
import type { StreamResponse, Task } from "../protocol.ts";
import type { AgentService, Call } from "../service.ts";
import { sdkHandler } from "./sdk-handler.ts";

/** An answer, or a stream of answers; each is a JSON-RPC response with its own id. */
export type LegacyAnswer = object | AsyncIterable<object>;

/** Whether a method is one of 0.3. */
export function isLegacyMethod(method: string): boolean {
  return method.startsWith("message/") || method.startsWith("tasks/") || method.startsWith("agent/");
}

/** Answers one JSON-RPC request of 0.3. */
export async function answerLegacy(
  service: AgentService,
  card: AgentCard,
  call: Call,
  body: Readonly<Record<string, unknown>>,
): Promise<LegacyAnswer> {
  const { handler, context } = await translator(sdkHandler(service, card, call));
  return handler.handle({ ...body }, context);
}

/** The JSON-RPC error of 0.3 for anything thrown. */
export async function legacyError(thrown: unknown): Promise<object> {
  const { LegacyJsonRpcTransportHandler } = await import("@a2a-js/sdk/compat/v0_3/server");
  return LegacyJsonRpcTransportHandler.mapToLegacyJSONRPCError(thrown);
}

/** The card as clients of 0.3 read it. */
export async function legacyCard(card: AgentCard): Promise<object> {
  // The SDK gives its translation of a card only as the answer to this method.
  const only = { getAuthenticatedExtendedAgentCard: async () => card, getAgentCard: async () => card };
  const { handler, context } = await translator(only as never); // why: the method below calls nothing else
  const answer = await handler.handle({ jsonrpc: "2.0", id: 1, method: "agent/getAuthenticatedExtendedCard" }, context);
  if (!("result" in answer) || typeof answer.result !== "object" || answer.result === null)
    throw new Error(`the card of "${card.name}" has no form in A2A 0.3: ${JSON.stringify(answer)}`);
  return answer.result;
}

/** The body of a push notification for a client of 0.3: the task as it is now. */
export async function legacyNotification(item: StreamResponse, task: Task | undefined): Promise<string> {
  const { V03PushNotificationSerializer } = await import("@a2a-js/sdk/compat/v0_3/server");
  const whole = task && TaskMessage.fromJSON({ ...task });
  return new V03PushNotificationSerializer().serialize(StreamResponseMessage.fromJSON({ ...item }), whole).body;
}

async function translator(handler: A2ARequestHandler) {
  const [{ LegacyJsonRpcTransportHandler }, { ServerCallContext }] = await Promise.all([
    import("@a2a-js/sdk/compat/v0_3/server"),
    import("@a2a-js/sdk/server"),
  ]);
  return { handler: new LegacyJsonRpcTransportHandler(handler), context: new ServerCallContext({ requestedVersion: "0.3" }) };
}
