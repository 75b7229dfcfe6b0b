/**
 * Bytes over core NATS: each side publishes to the other's inbox. NATS delivers at most once and in order for one publisher, and tells nobody when a
 * message is dropped, so each message starts with its number (4 bytes, little-endian): a gap is the loss of the link, and the connection resumes
 * or ends. A message with a number alone says that the sender has ended.
 */
import type { Msg, NatsConnection, Subscription } from "@nats-io/nats-core";
import type { Link, LinkReceiver } from "./connection/link.ts";
import type { NatsClient } from "./nats-client.ts";

const numberBytes = 4;
// Published and not yet known to have reached the server.
const maxUnflushed = 1024 * 1024;

/** A link to whoever listens on a subject. */
export class NatsLink implements Link {
  readonly #client: NatsClient;
  readonly #connection: NatsConnection;
  readonly #subscription: Subscription;
  readonly #forget: () => void;
  readonly #maxBytes: number;
  #peer: string;
  #receiver: LinkReceiver | undefined;
  #early: Uint8Array[] = [];
  #sent = 0;
  #received = 0;
  #unflushed = 0;
  #flushing = false;
  #paused = false;
  #over = false;

  /** Listens on `inbox`; the peer's subject may come later (`towards`). Takes the client's share over. */
  constructor(client: NatsClient, inbox: string, peer = "") {
    this.#client = client;
    this.#connection = client.connection;
    this.#maxBytes = (client.connection.info?.max_payload ?? 1024 * 1024) - numberBytes;
    this.#peer = peer;
    this.#subscription = this.#connection.subscribe(inbox, { callback: (error, message) => this.#onMessage(error, message) });
    this.#forget = client.onLost((reason) => this.#lost(reason));
  }

  readonly idle = false; // what was published is held by the client until it is flushed

  get writable(): boolean {
    return this.#unflushed < maxUnflushed;
  }

  /** Sets where to send. */
  towards(peer: string): void {
    this.#peer = peer;
  }

  start(receiver: LinkReceiver): void {
    this.#receiver = receiver;
    for (const bytes of this.#early.splice(0)) this.#deliver(bytes);
  }

  write(parts: readonly Uint8Array[]): void {
    if (this.#over) return;
    const whole = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    for (let at = 0; at < whole.length; at += this.#maxBytes) this.#publish(whole.subarray(at, at + this.#maxBytes));
    if (this.#unflushed >= maxUnflushed) void this.#flush();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    for (const bytes of this.#early.splice(0)) this.#deliver(bytes);
  }

  end(): void {
    if (this.#over) return;
    this.#publish(new Uint8Array(0));
    this.#stop();
  }

  destroy(): void {
    if (this.#peer === "") this.#stop();
    else this.end(); // the server would not tell the peer by itself
  }

  #publish(bytes: Uint8Array): void {
    const message = new Uint8Array(numberBytes + bytes.length);
    this.#sent = (this.#sent + 1) >>> 0;
    new DataView(message.buffer).setUint32(0, this.#sent, true);
    message.set(bytes, numberBytes);
    this.#connection.publish(this.#peer, message);
    this.#unflushed += message.length;
  }

  async #flush(): Promise<void> {
    if (this.#flushing) return;
    this.#flushing = true;
    const before = this.#unflushed;
    try {
      await this.#connection.flush();
    } catch {
      return; // the loss of the server is told by `onLost`
    } finally {
      this.#flushing = false;
    }
    this.#unflushed -= before;
    if (this.#over) return;
    if (this.writable) this.#receiver?.drained();
    else void this.#flush();
  }

  #onMessage(error: Error | null, message: Msg): void {
    if (this.#over) return;
    if (error !== null) {
      this.#lost(error.message);
      return;
    }
    const { data } = message;
    const expected = (this.#received + 1) >>> 0;
    const number = data.length < numberBytes ? -1 : new DataView(data.buffer, data.byteOffset, numberBytes).getUint32(0, true);
    if (number !== expected) {
      this.#lost(`message ${expected} of the link is missing; ${number} came`);
      return;
    }
    this.#received = expected;
    const bytes = data.subarray(numberBytes);
    if (this.#receiver === undefined || this.#paused) this.#early.push(bytes);
    else this.#deliver(bytes);
  }

  #deliver(bytes: Uint8Array): void {
    if (this.#over) return;
    if (bytes.length === 0) {
      this.#lost("the peer ended the connection");
      return;
    }
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#receiver?.bytes(chunk, new DataView(chunk.buffer, chunk.byteOffset, chunk.length), chunk.length);
  }

  #lost(reason: string): void {
    if (this.#over) return;
    this.#stop();
    this.#receiver?.lost(reason);
  }

  #stop(): void {
    this.#over = true;
    this.#early = [];
    this.#forget();
    this.#subscription.unsubscribe();
    this.#client.release();
  }
}
