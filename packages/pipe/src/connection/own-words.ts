/** What a connection says and hears of itself, on pipe 0 and outside the count of frames: signs of life, acknowledgements, the farewell. */
import { Header, kindNames, kinds } from "../wire/header.ts";
import type { Receipt } from "./receipt.ts";
import type { Replay } from "./replay.ts";

/** What the words are about. */
export interface Speaker {
  /** Whether its link takes more. */
  readonly linkWritable: boolean;
  /** How late its timer is, in milliseconds. */
  readonly lagMs: number;
  send(header: Header, prefix: Uint8Array | undefined, body: Uint8Array): void;
  /** The peer broke the rules of the connection. */
  unreadable(wanted: string, got: string): void;
  /** More may be sent again. */
  drained(): void;
  /** The peer has ended the connection. */
  dismissed(reason: string): void;
}

const noBytes = new Uint8Array(0);
const maxFarewellBytes = 4096;

/** See the head of this file. */
export class OwnWords {
  readonly #speaker: Speaker;
  readonly #receipt: Receipt;
  readonly #replay: Replay | undefined;
  readonly #scratch = new Header();

  /** `replay` is what is kept for a resumption, undefined where nothing is. */
  constructor(speaker: Speaker, receipt: Receipt, replay: Replay | undefined) {
    this.#speaker = speaker;
    this.#receipt = receipt;
    this.#replay = replay;
  }

  /** The peer said something of itself. */
  hear(header: Header, bytes: Buffer, start: number, end: number): void {
    const { kind, pipe, sequence, flags } = header;
    if (kind < kinds.ping || kind > kinds.bye) {
      this.#speaker.unreadable("a frame that may follow the greeting", kindNames[kind] ?? `kind ${kind}`);
      return;
    }
    const bare = kind === kinds.bye || end === start;
    if (!bare || pipe !== 0 || sequence !== 0 || flags !== 0 || hasFields(header)) {
      this.#speaker.unreadable(`zeros and no payload where a ${kindNames[kind]} has none`, "something else");
      return;
    }
    switch (kind) {
      case kinds.ping:
        if (!this.#speaker.linkWritable) return;
        this.#say(kinds.pong, this.#speaker.lagMs);
        this.#acknowledgeRest();
        return;
      case kinds.pong:
        this.#acknowledgeRest();
        return;
      case kinds.acknowledge:
        this.#acknowledged(header.call);
        return;
      default: // bye
        this.#speaker.dismissed(bytes.toString("utf8", start, Math.min(end, start + maxFarewellBytes)));
    }
  }

  /** Asks for a sign of life; `lagMs` is how late this side's timer is. */
  ping(lagMs: number): void {
    this.#say(kinds.ping, lagMs);
  }

  /** Tells what came, so that the peer need not keep it for a resumption. */
  acknowledge(): void {
    this.#send(this.#scratch.set(kinds.acknowledge, 0, this.#receipt.acknowledge(), 0, 0, 0, 0), noBytes);
  }

  /** Takes leave. */
  bye(reason: string): void {
    const text = Buffer.from(reason.slice(0, 1024), "utf8");
    this.#send(this.#scratch.set(kinds.bye, 0, 0, 0, 0, 0, text.length), text);
  }

  #acknowledged(sequence: number): void {
    if (this.#replay === undefined) {
      this.#speaker.unreadable("no acknowledgement where nothing is kept for a resumption", "one");
      return;
    }
    const { full } = this.#replay;
    this.#replay.acknowledge(sequence);
    if (full && !this.#replay.full) this.#speaker.drained();
  }

  // In a quiet moment, so that the peer need not keep what came long ago.
  #acknowledgeRest(): void {
    if (this.#replay !== undefined && this.#receipt.open) this.acknowledge();
  }

  #say(kind: number, extra: number): void {
    this.#send(this.#scratch.set(kind, 0, 0, 0, 0, extra, 0), noBytes);
  }

  #send(header: Header, body: Uint8Array): void {
    header.pipe = 0;
    this.#speaker.send(header, undefined, body);
  }
}

// Whether a frame of the connection has a field that its kind does not name.
function hasFields({ kind, call, interfaceId, ordinal, extra }: Header): boolean {
  const wrongCall = call !== 0 && kind !== kinds.acknowledge;
  const wrongExtra = extra !== 0 && kind !== kinds.ping && kind !== kinds.pong;
  return wrongCall || wrongExtra || interfaceId !== 0 || ordinal !== 0;
}
