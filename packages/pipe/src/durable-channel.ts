/**
 * Messages that outlive their sender, their reader and the server's restart, on NATS JetStream. A message is acknowledged when it is stored, stored
 * once for each id within a window, delivered until its handler returns, and put aside as a dead letter, with the cause, after too many
 * failures; a dead letter can be replayed. So: at least once, and with ids effectively once. Never "exactly once": a handler that has done its
 * work and dies before it is acknowledged is called again.
 *
 * Bodies are JSON, or bytes as they are: they may be read years later, or by another language. How soon a stored message is on the disk is the
 * server's to say (`sync_interval`); agreements and payments want `always`.
 */
import type { JetStreamClient, JetStreamManager, JsMsg } from "@nats-io/jetstream";
import type { MsgHdrs } from "@nats-io/nats-core";
import { idOf, makeHeaders, ownPrefix, packDurable, readDurable, senderHeaders } from "./durable-message.ts";
import { PipeError } from "./errors.ts";
import { type NatsClient, natsClient, parseNatsAddress } from "./nats-client.ts";
import { forms } from "./wire/body.ts";

/** What a durable channel may be given. */
export interface DurableChannelOptions {
  /** Deliveries of one message before it is a dead letter. Default 5. */
  readonly maxDeliver?: number | undefined;
  /** How long a handler may take without a sign of life from its process. Default 30 s. */
  readonly ackWaitMs?: number | undefined;
  /** How long an id is remembered. Default 2 minutes. */
  readonly duplicateWindowMs?: number | undefined;
  /** The most bytes that are kept; the oldest messages go first. Default 1 GiB. */
  readonly maxBytes?: number | undefined;
  /** Whether the channel is made when it is not there. Default true. */
  readonly make?: boolean | undefined;
}

/** A message as its handler sees it. */
export interface Delivery {
  readonly id: string | undefined;
  readonly sequence: number;
  /** 1 for the first time. */
  readonly delivery: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** A message that was put aside. */
export interface DeadLetter {
  /** Its number among the dead letters: what `replay` takes. */
  readonly sequence: number;
  readonly id: string | undefined;
  readonly body: unknown;
  readonly cause: { readonly code: string; readonly message: string };
  readonly deliveries: number;
  readonly group: string;
  /** Its number in the channel. */
  readonly original: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** What is told of a message that was stored. */
export interface Stored {
  readonly sequence: number;
  /** Its id was stored before: nothing was added. */
  readonly duplicate: boolean;
}

// How long the server may take to say that it has stored a message.
const storedMs = 2000;
const nanosPerMs = 1_000_000;

/**
 * Opens the channel at `nats://HOST:PORT/NAME`, made when it is not there; one that is only looked at (`make: false`) must be. Rejects with `ADDRESS_INVALID`, `ADDRESS_UNKNOWN`.
 *
 *     await using channel = await openDurableChannel("nats://127.0.0.1:4222/awards");
 *     await channel.publish({ award: 7 }, { id: "award-7" });
 *     await using reading = await channel.consume("ledger", async (award) => book(award));
 */
export async function openDurableChannel(address: string, options: DurableChannelOptions = {}): Promise<DurableChannel> {
  const { server, subject } = parseNatsAddress(address);
  const client = await natsClient(server);
  try {
    const { jetstream, jetstreamManager } = await import("@nats-io/jetstream");
    const manager = await jetstreamManager(client.connection);
    const channel = new DurableChannel(client, jetstream(client.connection, { timeout: storedMs }), manager, subject, options);
    if (options.make ?? true) await channel.make();
    else await channel.check();
    return channel;
  } catch (cause) {
    client.release();
    throw new PipeError("ADDRESS_UNKNOWN", { address }, { cause });
  }
}

/** A durable channel; see the head of this file. */
export class DurableChannel implements AsyncDisposable {
  readonly #client: NatsClient;
  readonly #stream: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #subject: string;
  readonly #dead: string;
  readonly #name: string;
  readonly #options: Required<{ [K in keyof Omit<DurableChannelOptions, "make">]: number }>;
  readonly #readings = new Set<Reading>();

  /** `openDurableChannel` makes one. */
  constructor(
    client: NatsClient,
    stream: JetStreamClient,
    manager: JetStreamManager,
    subject: string,
    options: DurableChannelOptions,
  ) {
    const { maxDeliver = 5, ackWaitMs = 30_000, duplicateWindowMs = 120_000, maxBytes = 1024 ** 3 } = options;
    this.#client = client;
    this.#stream = stream;
    this.#manager = manager;
    this.#subject = `entente.durable.${subject}`;
    this.#dead = `entente.dead.${subject}`;
    this.#name = subject.replaceAll(".", "_");
    this.#options = { maxDeliver, ackWaitMs, duplicateWindowMs, maxBytes };
  }

  /** Makes the streams where they are not there yet. */
  async make(): Promise<void> {
    const { duplicateWindowMs, maxBytes } = this.#options;
    const window = { duplicate_window: duplicateWindowMs * nanosPerMs, max_bytes: maxBytes };
    await this.#manager.streams.add({ name: this.#name, subjects: [this.#subject], ...window });
    await this.#manager.streams.add({ name: `${this.#name}_dead`, subjects: [this.#dead], ...window });
  }

  /** Rejects when there is no such channel. */
  async check(): Promise<void> {
    await this.#manager.streams.info(`${this.#name}_dead`);
  }

  /**
   * Stores a message; resolves when the server has it. With an `id` it is stored once however often it is published within the window: after
   * `PUBLISH_UNCERTAIN` publish again with the same id. Rejects with `BODY_UNSENDABLE` too.
   */
  async publish(
    body: unknown,
    options: { readonly id?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Stored> {
    const { id, headers: given = {} } = options;
    let packed: ReturnType<typeof packDurable>;
    try {
      packed = packDurable(body);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new PipeError("BODY_UNSENDABLE", { call: `publish on ${this.#name}`, reason }, { cause });
    }
    const headers = await makeHeaders({ ...given, [`${ownPrefix}Form`]: packed.form });
    return await this.#store(this.#subject, packed.data, headers, id);
  }

  /**
   * Calls `handler` for each message, one at a time, on behalf of a group: every group gets every message, and the readers of one group share
   * them. A handler that returns acknowledges; one that throws is called again after a pause, and the message is a dead letter in the end.
   */
  async consume(group: string, handler: (body: unknown, delivery: Delivery) => unknown): Promise<Reading> {
    const { AckPolicy } = await import("@nats-io/jetstream");
    const wanted = { durable_name: group, ack_policy: AckPolicy.Explicit, ack_wait: this.#options.ackWaitMs * nanosPerMs };
    await this.#manager.consumers.add(this.#name, wanted);
    const consumer = await this.#stream.consumers.get(this.#name, group);
    const messages = await consumer.consume({ max_messages: 64 });
    const run = async () => {
      for await (const message of messages) await this.#handle(group, message, handler);
    };
    const stop = async () => {
      await messages.close();
    };
    const reading = new Reading(run(), stop);
    this.#readings.add(reading);
    return reading;
  }

  /** The dead letters that are kept, oldest first. */
  async *deadLetters(): AsyncGenerator<DeadLetter> {
    const { state } = await this.#manager.streams.info(`${this.#name}_dead`);
    for (let sequence = state.first_seq; sequence > 0 && sequence <= state.last_seq; sequence++) {
      const letter = await this.#letter(sequence);
      if (letter !== undefined) yield letter.dead;
    }
  }

  /** Puts a dead letter back into its channel, as a new message, and forgets it among the dead. Rejects with `DEAD_LETTER_UNKNOWN`. */
  async replay(sequence: number): Promise<Stored> {
    const letter = await this.#letter(sequence);
    if (letter === undefined) throw new PipeError("DEAD_LETTER_UNKNOWN", { channel: this.#name, sequence });
    const { dead, data, form } = letter;
    const headers = await makeHeaders({ ...dead.headers, [`${ownPrefix}Form`]: form });
    const stored = await this.#store(this.#subject, data, headers, `${dead.id ?? dead.original}:replay:${sequence}`);
    await this.#manager.streams.deleteMessage(`${this.#name}_dead`, sequence);
    return stored;
  }

  /** Stops its readings, each after the message it has in hand, and lets the server go. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const reading of this.#readings) await reading[Symbol.asyncDispose]();
    this.#client.release();
  }

  async #handle(group: string, message: JsMsg, handler: (body: unknown, delivery: Delivery) => unknown): Promise<void> {
    const { deliveryCount } = message.info;
    const { maxDeliver, ackWaitMs } = this.#options;
    if (deliveryCount > maxDeliver) {
      const cause = {
        code: "INTERNAL",
        message: `${maxDeliver} deliveries were neither acknowledged nor refused: their readers have died`,
      };
      return await this.#putAside(group, message, cause, maxDeliver);
    }
    const alive = setInterval(() => message.working(), ackWaitMs / 2);
    try {
      const body = readDurable(message.data, message.headers);
      await handler(body, {
        id: idOf(message.headers),
        sequence: message.seq,
        delivery: deliveryCount,
        headers: senderHeaders(message.headers),
      });
      await message.ackAck().catch(() => false); // not heard: it is delivered once more
    } catch (thrown) {
      const code = thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "INTERNAL";
      const cause = { code, message: thrown instanceof Error ? thrown.message : String(thrown) };
      if (deliveryCount >= maxDeliver) await this.#putAside(group, message, cause, deliveryCount);
      else message.nak(Math.min(10_000, 10 * 4 ** deliveryCount));
    } finally {
      clearInterval(alive);
    }
  }

  // The copy is stored before the message is given up; its id makes a second copy after a crash in between impossible.
  async #putAside(group: string, message: JsMsg, cause: DeadLetter["cause"], deliveries: number): Promise<void> {
    const headers = await makeHeaders({
      ...senderHeaders(message.headers),
      [`${ownPrefix}Form`]: message.headers?.get(`${ownPrefix}Form`) ?? String(forms.bytes),
      [`${ownPrefix}Id`]: idOf(message.headers) ?? "",
      [`${ownPrefix}Group`]: group,
      [`${ownPrefix}Code`]: cause.code,
      [`${ownPrefix}Cause`]: cause.message.replaceAll(/[\r\n]+/g, " ").slice(0, 1024),
      [`${ownPrefix}Deliveries`]: String(deliveries),
      [`${ownPrefix}Original`]: String(message.seq),
    });
    try {
      await this.#store(this.#dead, message.data, headers, `${this.#name}:${message.seq}:${group}`);
    } catch {
      message.nak(1000); // it could not be stored: it comes again, and is put aside then
      return;
    }
    message.term(cause.message.slice(0, 128));
  }

  async #letter(sequence: number) {
    const stored = await this.#manager.streams.getMessage(`${this.#name}_dead`, { seq: sequence }).catch(() => null);
    if (stored === null) return undefined;
    const { header, data } = stored;
    const field = (name: string) => header.get(`${ownPrefix}${name}`);
    const id = field("Id");
    const dead: DeadLetter = {
      sequence,
      id: id === "" ? undefined : id,
      body: readDurable(data, header),
      cause: { code: field("Code"), message: field("Cause") },
      deliveries: Number(field("Deliveries")),
      group: field("Group"),
      original: Number(field("Original")),
      headers: senderHeaders(header),
    };
    return { dead, data, form: field("Form") };
  }

  async #store(subject: string, data: Uint8Array, headers: MsgHdrs, id: string | undefined): Promise<Stored> {
    try {
      const { seq, duplicate } = await this.#stream.publish(subject, data, { headers, ...(id !== undefined && { msgID: id }) });
      return { sequence: seq, duplicate };
    } catch (cause) {
      throw new PipeError("PUBLISH_UNCERTAIN", { channel: this.#name }, { cause });
    }
  }
}

/** One reader of a channel. */
export class Reading implements AsyncDisposable {
  readonly #running: Promise<void>;
  readonly #stop: () => Promise<void>;

  constructor(running: Promise<void>, stop: () => Promise<void>) {
    this.#running = running;
    this.#stop = stop;
  }

  /** Stops after the message in hand. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    await this.#running;
  }
}
