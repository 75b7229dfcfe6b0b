/**
 * Hostile bytes against a real connection with a real endpoint behind it. A seeded generator writes frames, most of them by the rules, and
 * spoils some: bits, lengths, kinds, sequences, bodies. Beside it a second, simple reading of the same bytes (header by hand, bodies by
 * msgpackr) tells what may have been dispatched; whatever else reaches a handler is a failure, and so is any exception.
 */
import assert from "node:assert/strict";
import { Unpackr } from "msgpackr";
import { Connection } from "../src/connection/connection.ts";
import { resolveSettings } from "../src/connection/settings.ts";
import { Wire } from "../src/connection/wire.ts";
import { Endpoint } from "../src/index.ts";
import { RecordEncoder } from "../src/wire/record-encoder.ts";
import { MemoryLink } from "./memory-link.ts";

/** What a run came to. */
export interface FuzzOutcome {
  readonly frames: number;
  readonly connections: number;
  readonly dispatched: number;
  /** Connections or pipes that were closed for what came. */
  readonly refused: number;
}

type Random = () => number;

const maxFrameBytes = 128 * 1024;
const [openKind, helloKind, callKind, cancelKind, creditKind, grantKind] = [31, 1, 2, 7, 9, 8];

/** Runs until that many frames were sent; throws on the first dispatch that should not have been, or on any crash. */
export async function fuzzFrames(frames: number, seed: number): Promise<FuzzOutcome> {
  const random = mulberry32(seed);
  const total = { frames: 0, connections: 0, dispatched: 0, refused: 0 };
  while (total.frames < frames) {
    const victim = new Victim();
    const script = new Script(random);
    let sent = 0;
    while (sent < 300 && victim.open && total.frames + sent < frames) {
      victim.feed(script.next(), random);
      sent += 1;
      if (sent === 1) await new Promise(setImmediate); // the pipe is open: its endpoint takes over
    }
    await new Promise(setImmediate);
    const allowed = mayDispatch(Buffer.concat(script.bytes));
    victim.judge(allowed, script.spoiled);
    total.frames += sent;
    total.connections += 1;
    total.dispatched += victim.dispatched.length;
    total.refused += victim.refused;
    victim.close();
  }
  return total;
}

/** One connection under attack. */
class Victim {
  readonly dispatched: unknown[] = [];
  readonly #link = new MemoryLink();
  readonly #connection: Connection;
  #endpoint: Endpoint | undefined;

  constructor() {
    const settings = resolveSettings({ maxFrameBytes, heartbeatMs: 0 });
    const agreement = { role: "listener", codec: "records", peerMaxFrameBytes: maxFrameBytes } as const;
    this.#connection = new Connection(agreement, settings, {
      opened: (pipe) => {
        const port = this.#connection.port(pipe);
        queueMicrotask(() => this.#serve(new Endpoint(port)));
        return port;
      },
    });
    const wire = new Wire(this.#link, maxFrameBytes, this.#connection);
    wire.start();
    this.#connection.attach(wire);
  }

  get open(): boolean {
    return !this.#connection.closed;
  }

  get refused(): number {
    return this.#connection.closed || this.#endpoint?.closeReason !== undefined ? 1 : 0;
  }

  feed(bytes: Buffer, random: Random): void {
    this.#link.pending.length = 0; // answers are not looked at
    const cut = random() < 0.3 ? Math.floor(random() * bytes.length) : bytes.length;
    this.#link.feed(bytes.subarray(0, cut));
    if (cut < bytes.length) this.#link.feed(bytes.subarray(cut));
  }

  judge(allowed: readonly unknown[], spoiled: boolean): void {
    assert.ok(this.dispatched.length <= allowed.length, `${this.dispatched.length} dispatched, ${allowed.length} allowed`);
    for (const [i, input] of this.dispatched.entries()) assert.deepStrictEqual(plain(input), plain(allowed[i]));
    if (!spoiled) assert.equal(this.dispatched.length, allowed.length, "everything by the rules is dispatched");
    assert.equal(Reflect.get({}, "polluted"), undefined);
  }

  close(): void {
    this.#connection.close();
  }

  #serve(endpoint: Endpoint): void {
    this.#endpoint = endpoint;
    const run = (input: unknown) => {
      this.dispatched.push(input);
    };
    endpoint.serve({ interfaceId: 0, name: "victim", version: 1, methods: new Map([[1, { kind: "call", run }]]) });
  }
}

/** What the attacker sends. */
class Script {
  readonly bytes: Buffer[] = [];
  spoiled = false;
  readonly #random: Random;
  readonly #encoder = new RecordEncoder();
  #sequence = 0;
  #call = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): Buffer {
    let frame = this.#honest();
    if (this.#sequence > 2 && this.#random() < 0.04) {
      this.spoiled = true;
      frame = this.#spoil(frame);
    }
    this.bytes.push(frame);
    return frame;
  }

  #honest(): Buffer {
    this.#sequence += 1;
    if (this.#sequence === 1) return this.#frame(openKind, 0, 0, 0, 0, 0, Buffer.from("fuzz"));
    if (this.#sequence === 2) return this.#frame(helloKind, 0, 1, 0xffff_ffff, 0xffff_ffff, 256, Buffer.alloc(0));
    const dice = this.#random();
    if (dice < 0.05) return this.#frame(cancelKind, 0, this.#call, 0, 0, 0, Buffer.alloc(0));
    if (dice < 0.08) return this.#frame(creditKind, 0, 0, 0, 0, 0, Buffer.alloc(0));
    if (dice < 0.1) return this.#frame(grantKind, 0, this.#call, 1, 1, 0, Buffer.alloc(0));
    this.#call += 1;
    const form = dice < 0.25 ? 2 : dice < 0.35 ? 3 : 1;
    return this.#frame(callKind, form << 1, this.#call, 0, 1, dice < 0.5 ? 1000 : 0, this.#body(form));
  }

  #body(form: number): Uint8Array {
    const n = this.#number(1000);
    const value = { id: n, [`k${n % 70}`]: "x".repeat(n % 50), list: [n, { id: 1, deep: [null, n / 3] }], at: n % 2 === 0 };
    if (form === 3) return new Uint8Array(n % 100).fill(n);
    return form === 2 ? Buffer.from(JSON.stringify(value)) : this.#encoder.encode(value);
  }

  #spoil(frame: Buffer): Buffer {
    const spoilt = Buffer.from(frame);
    switch (this.#number(9)) {
      case 0:
        spoilt[this.#number(32)]! ^= 1 << this.#number(8);
        return spoilt;
      case 1:
        for (let i = 0; i < 4; i++) spoilt[this.#number(spoilt.length)] = this.#number(256);
        return spoilt;
      case 2:
        spoilt.writeUInt32LE([0, maxFrameBytes, maxFrameBytes + 1, 0xffff_ffff, this.#number(5000)][this.#number(5)]!, 0);
        return spoilt;
      case 3:
        return spoilt.subarray(0, this.#number(spoilt.length));
      case 4:
        return Buffer.concat([spoilt, spoilt]); // the same sequence again
      case 5:
        spoilt.writeUInt32LE(this.#number(2 ** 32), 12);
        return spoilt;
      case 6:
        return this.#replaceBody(frame, Buffer.from(hostile[this.#number(hostile.length)]!));
      case 7:
        return this.#replaceBody(frame, Buffer.from(Array.from({ length: this.#number(60) }, () => this.#number(256))));
      default:
        return Buffer.from(Array.from({ length: this.#number(200) }, () => this.#number(256)));
    }
  }

  #replaceBody(frame: Buffer, body: Buffer): Buffer {
    const head = Buffer.from(frame.subarray(0, 32));
    head.writeUInt32LE(body.length, 0);
    return Buffer.concat([head, body]);
  }

  #frame(kind: number, flags: number, call: number, a: number, b: number, c: number, body: Uint8Array): Buffer {
    const head = Buffer.alloc(32);
    head.writeUInt32LE(body.length, 0);
    head[4] = kind;
    head[5] = flags;
    for (const [at, value] of [
      [8, 1],
      [12, this.#sequence],
      [16, call],
      [20, a],
      [24, b],
      [28, c],
    ] as const)
      head.writeUInt32LE(value, at);
    return Buffer.concat([head, body]);
  }

  #number(below: number): number {
    return Math.floor(this.#random() * below);
  }
}

const nested = (tag: number) => new Array(5000).fill(tag);
const proto = [...Buffer.from("__proto__")];
const hostile: readonly (readonly number[] | string)[] = [
  nested(0x91),
  nested(0x81),
  [0xdd, 0xff, 0xff, 0xff, 0xff],
  [0xdf, 0x7f, 0xff, 0xff, 0xff],
  [0xc6, 0xff, 0xff, 0xff, 0xff, 1],
  [0x81, 0xa9, ...proto, 0x81, 0xa8, ...Buffer.from("polluted"), 0xc3],
  [0xd4, 0x72, 0x40, 0x91, 0xa9, ...proto, 0x01],
  [0xd4, 0x65, 0x00, 0x93, 0xa5, ...Buffer.from("Error"), 0xa1, 0x78, 0xc0],
  [0xd4, 0x78, 0x00, 0x92, 0xa5, ...Buffer.from("(a+)+"), 0xa1, 0x67],
  [0xd6, 0x62, 0, 0, 0, 9, 0xc1, 0x01],
  '{"__proto__":{"polluted":true}}',
  '{"\\u005f_proto__":{"polluted":true}}',
  "[".repeat(20_000),
];

/** The inputs that these bytes may bring to the handler, by a reading of its own; it stops at the first breach it sees. */
function mayDispatch(bytes: Buffer): readonly unknown[] {
  const inputs: unknown[] = [];
  const unpackr = new Unpackr({ sequential: true, moreTypes: true, mapsAsObjects: true });
  let [sequence, lastCall, at] = [0, 0, 0];
  while (at + 32 <= bytes.length) {
    const field = (offset: number) => bytes.readUInt32LE(at + offset);
    const [length, kind, flags] = [field(0), bytes[at + 4]!, bytes[at + 5]!];
    const [pipe, number, call] = [field(8), field(12), bytes.readUInt16LE(at + 6) * 2 ** 32 + field(16)];
    const known = field(20) === 0 && field(24) === 1; // the one method that is served
    if (length > maxFrameBytes || at + 32 + length > bytes.length) break;
    const body = bytes.subarray(at + 32, at + 32 + length);
    at += 32 + length;
    if (kind >= 32) continue; // the connection's own
    if (number !== ++sequence) break;
    if (kind !== callKind || pipe !== 1) continue;
    if (call <= lastCall) break;
    lastCall = call;
    if ((flags & ~7) !== 0) break;
    let input: unknown;
    try {
      input = read((flags >> 1) & 3, (flags & 1) === 1 ? body.subarray(8) : body, unpackr);
    } catch {
      break;
    }
    if ((flags & 1) === 0 && known) inputs.push(input); // anything else is answered with an error
  }
  return inputs;
}

function read(form: number, body: Buffer, unpackr: Unpackr): unknown {
  if (form === 0) {
    assert.equal(body.length, 0);
    return undefined;
  }
  if (form === 3) return new Uint8Array(body);
  if (form === 1) return unpackr.unpack(Buffer.from(body));
  return JSON.parse(body.toString());
}

// msgpackr gives Buffers where bytes are; their content is what counts.
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

/** A small generator with a seed (mulberry32). */
export function mulberry32(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
