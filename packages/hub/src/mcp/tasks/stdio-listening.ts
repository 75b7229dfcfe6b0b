import {
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResponse,
  type JSONRPCMessage,
  type MessageExtraInfo,
  ProtocolError,
  type RequestId,
  type Transport,
  type TransportSendOptions,
} from "@modelcontextprotocol/server";
import type { TaskDesk } from "./task-desk.ts";
import { acknowledged, acknowledgedBy, refusal, sendTasks, type TaskListening, taskListening } from "./task-listening.ts";

interface Following {
  readonly listening: TaskListening;
  readonly left: AbortController;
}

/** A connection of one client, with tasks to listen for. What it is not about passes as it is, in its order. */
export class TaskListeningWire implements Transport {
  onclose: Transport["onclose"];
  onerror: Transport["onerror"];
  onmessage: Transport["onmessage"];
  readonly #wire: Transport;
  readonly #desk: TaskDesk;
  readonly #following = new Map<RequestId, Following>();
  #taken: Promise<void> = Promise.resolve();

  constructor(wire: Transport, desk: TaskDesk) {
    this.#wire = wire;
    this.#desk = desk;
  }

  async start(): Promise<void> {
    this.#wire.onmessage = (message, extra) => {
      this.#taken = this.#taken.then(() => this.#take(message, extra)).catch((error) => this.onerror?.(error));
    };
    this.#wire.onclose = () => {
      for (const id of [...this.#following.keys()]) this.#leave(id);
      this.onclose?.();
    };
    this.#wire.onerror = (error) => this.onerror?.(error);
    await this.#wire.start();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    // Its request is answered when a subscription ends, or when there is none.
    if (isJSONRPCResponse(message) && message.id !== undefined) this.#leave(message.id);
    const acknowledges = acknowledgedBy(message);
    const following = acknowledges === undefined ? undefined : this.#following.get(acknowledges);
    if (!following) return this.#wire.send(message, options);
    const { listening, left } = following;
    await this.#wire.send(acknowledged(message, listening.taskIds), options);
    sendTasks(
      listening,
      this.#desk,
      left.signal,
      (notice) => void this.#wire.send(notice).catch((error) => this.onerror?.(error)),
    );
  }

  close(): Promise<void> {
    return this.#wire.close();
  }

  async #take(message: JSONRPCMessage, extra: MessageExtraInfo | undefined): Promise<void> {
    if (isJSONRPCNotification(message) && message.method === "notifications/cancelled") {
      const id = message.params?.requestId;
      if (typeof id === "string" || typeof id === "number") this.#leave(id);
    }
    if (!isJSONRPCRequest(message) || message.method !== "subscriptions/listen") return this.onmessage?.(message, extra);
    try {
      const listening = await taskListening(message, this.#desk);
      if (listening && listening.taskIds.length > 0) this.#following.set(message.id, { listening, left: new AbortController() });
      this.onmessage?.(listening?.forwarded ?? message, extra);
    } catch (thrown) {
      if (!(thrown instanceof ProtocolError)) throw thrown;
      await this.#wire.send(refusal(message.id, thrown));
    }
  }

  #leave(id: RequestId): void {
    this.#following.get(id)?.left.abort(new Error("the subscription ended"));
    this.#following.delete(id);
  }
}
