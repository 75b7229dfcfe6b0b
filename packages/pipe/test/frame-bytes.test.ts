// Frames as bytes: header, payload, and the reader that cuts a stream of bytes into frames.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { closeCodes, type Frame } from "../src/frame.ts";
import { BodyCodec, bytesOf } from "../src/wire/body.ts";
import { creditOf, fromWire, toWire } from "../src/wire/frame-bytes.ts";
import { FrameReader } from "../src/wire/frame-reader.ts";
import { Header, headerBytes, kinds } from "../src/wire/header.ts";

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const id = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const body = fc.oneof(
  fc.constant(undefined),
  fc.uint8Array({ maxLength: 64 }),
  fc.record({ text: fc.string(), n: fc.integer(), list: fc.array(fc.boolean(), { maxLength: 3 }) }, { noNullPrototype: true }),
);
const frame: fc.Arbitrary<Frame> = fc
  .oneof(
    fc.record({ kind: fc.constant("hello" as const), protocol: uint32, messages: uint32, bytes: uint32, calls: uint32 }),
    fc
      .record({
        id,
        interfaceId: uint32,
        ordinal: uint32,
        stream: fc.boolean(),
        deadlineMs: uint32,
        messages: uint32,
        bytes: uint32,
        body,
      })
      .map((call) => ({
        kind: "call" as const,
        size: 0,
        ...call,
        ...(!call.stream && { messages: 0, bytes: 0 }),
      })),
    fc.record({ kind: fc.constantFrom("reply" as const, "item" as const), id, size: fc.constant(0), body }),
    fc.record({
      kind: fc.constant("error" as const),
      id,
      size: fc.constant(0),
      error: fc.record({ code: fc.string(), message: fc.string() }, { noNullPrototype: true }),
    }),
    fc.record({ kind: fc.constant("end" as const), id, size: fc.constant(0) }),
    fc.record({ kind: fc.constant("cancel" as const), id }),
    fc.record({ kind: fc.constant("grant" as const), id, messages: uint32, bytes: uint32 }),
    fc.record({ kind: fc.constant("credit" as const), messages: id, bytes: fc.maxSafeNat() }),
    fc.record({ kind: fc.constant("close" as const), code: fc.constantFrom(...closeCodes), message: fc.string(), lastId: id }),
  )
  .map((one) => ({ ...one }));

function toBytes(original: Frame, codec: BodyCodec): Buffer {
  const packed = "body" in original ? { ...original, body: codec.pack(original.body) } : original;
  const header = new Header();
  const body = toWire(packed, header);
  const head = Buffer.alloc(headerBytes);
  header.write(new DataView(head.buffer, head.byteOffset, headerBytes), 0);
  return Buffer.concat([head, creditOf(packed) ?? Buffer.alloc(0), body]);
}

type Read = ReturnType<typeof fromWire>;

// Reads whole frames from chunks: into the place the reader wants, as a socket does, or from memory that is overwritten afterwards.
function readAll(chunks: readonly Buffer[], codec: BodyCodec, maxBytes = 4 * 1024 * 1024): { frames: Read[]; refused: string[] } {
  const [frames, refused]: [Read[], string[]] = [[], []];
  const reader = new FrameReader(
    maxBytes,
    (header, bytes, view, start, end, owned) =>
      frames.push(fromWire(header, codec, () => undefined, bytes, view, start, end, owned)),
    (wanted, got) => refused.push(`${wanted}; ${got}`),
  );
  for (const chunk of chunks)
    for (let at = 0; at < chunk.length; ) {
      const place = reader.place();
      if (place !== undefined) {
        const count = Math.min(place.length, chunk.length - at);
        place.set(chunk.subarray(at, at + count));
        reader.landed(count);
        at += count;
        continue;
      }
      const copy = Buffer.from(chunk.subarray(at));
      reader.feed(copy, new DataView(copy.buffer, copy.byteOffset, copy.length), copy.length);
      copy.fill(0xaa);
      at = chunk.length;
    }
  return { frames, refused };
}

function sized(original: Frame, codec: BodyCodec): Frame {
  return "body" in original ? { ...original, size: bytesOf(codec.pack(original.body)).length } : original;
}

describe("frames as bytes", () => {
  test("every frame comes back as it was", () => {
    for (const name of ["records", "json"] as const) {
      const [ours, theirs] = [new BodyCodec(name, 2 ** 20), new BodyCodec(name, 2 ** 20)];
      const sizing = () => new BodyCodec(name, 2 ** 20);
      fc.assert(
        fc.property(frame, (original) => {
          const { frames } = readAll([toBytes(original, ours)], theirs);
          const [read] = frames;
          assert.ok(read !== undefined);
          if ("body" in original && "size" in read) assert.deepEqual({ ...read, size: 0 }, original);
          else assert.deepEqual(read, sized(original, sizing()));
        }),
        { seed: 21, numRuns: 1500 },
      );
    }
  });

  test("a stream of frames is read alike wherever it is split: at every byte, and byte by byte", () => {
    const samples = fc.sample(frame, { seed: 22, numRuns: 12 });
    const codec = new BodyCodec("records", 2 ** 20);
    const bytes = Buffer.concat(samples.map((one) => toBytes(one, codec)));
    const whole = readAll([bytes], new BodyCodec("records", 2 ** 20));
    assert.equal(whole.frames.length, 12);
    for (let at = 0; at <= bytes.length; at++) {
      const split = readAll([bytes.subarray(0, at), bytes.subarray(at)], new BodyCodec("records", 2 ** 20));
      assert.deepEqual(split, whole);
    }
    const single = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
    assert.deepEqual(readAll(single, new BodyCodec("records", 2 ** 20)), whole);
  });

  test("a payload may have no byte, and as many as the limit; one more is refused at its length, before it comes", () => {
    const codec = () => new BodyCodec("records", 2 ** 20);
    const reply = (length: number) => toBytes({ kind: "reply", id: 1, size: 0, body: new Uint8Array(length) }, codec());
    for (const length of [0, 1, 999, 1000]) {
      const [read] = readAll([reply(length)], codec(), 1000).frames;
      assert.deepEqual(read, { kind: "reply", id: 1, size: length, body: new Uint8Array(length) });
    }
    const { frames, refused } = readAll([reply(1001).subarray(0, 4), reply(1001).subarray(4)], codec(), 1000);
    assert.deepEqual([frames, refused], [[], ["a payload of at most 1000 bytes; 1001"]]);
    const huge = Buffer.alloc(headerBytes, 0xff);
    assert.deepEqual(readAll([huge], codec()).refused, ["a payload of at most 4194304 bytes; 4294967295"]);
  });

  test("large and small bodies arrive whole however the stream is split, also where room was made for another size", () => {
    const sizes = [0, 1, 100, 32 * 1024 - 1, 32 * 1024, 32 * 1024 + 1, 64 * 1024, 128 * 1024, 128 * 1024 + 1];
    const bodies = fc.array(fc.constantFrom(...sizes), { minLength: 1, maxLength: 8 });
    const pieces = fc.array(fc.constantFrom(1, 31, 32, 33, 5000, 32 * 1024 + 32, 64 * 1024 + 32, 200_000), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(bodies, pieces, (lengths, cuts) => {
        const codec = new BodyCodec("records", 2 ** 20);
        const sent = lengths.map((length, i) => new Uint8Array(length).map((_, at) => (at * 7 + i) & 0xff));
        const bytes = Buffer.concat(sent.map((body, id) => toBytes({ kind: "item", id, size: 0, body }, codec)));
        const chunks: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += chunks.at(-1)!.length) {
          const cut = cuts[chunks.length % cuts.length]!;
          chunks.push(bytes.subarray(at, at + (chunks.length < 400 ? cut : 200_000)));
        }
        const { frames, refused } = readAll(chunks, codec);
        assert.deepEqual(refused, []);
        for (const [id, body] of sent.entries()) assert.deepEqual(frames[id], { kind: "item", id, size: body.length, body });
      }),
      { seed: 23, numRuns: 150 },
    );
  });

  test("room for a frame that does not come is given up, and a frame above the limit is refused in it too", () => {
    const codec = new BodyCodec("records", 2 ** 20);
    const [large, larger] = [60_000, 70_000].map((length) =>
      toBytes({ kind: "item", id: 1, size: 0, body: new Uint8Array(length) }, codec),
    );
    const { frames, refused } = readAll([large!, larger!.subarray(0, 10), larger!.subarray(10)], codec, 65_000);
    assert.deepEqual([frames.length, refused], [1, ["a payload of at most 65000 bytes; 70000"]]);
  });

  test("a body of bytes is its own: neither the reader's memory nor another body's", () => {
    const codec = new BodyCodec("records", 2 ** 20);
    const bytes = Buffer.concat(
      [1, 2, 3].map((fill) => toBytes({ kind: "item", id: 1, size: 0, body: new Uint8Array(100).fill(fill) }, codec)),
    );
    const { frames } = readAll([bytes.subarray(0, 150), bytes.subarray(150)], codec);
    const bodies = frames.map((one) => ("body" in one && one.body instanceof Uint8Array ? one.body : assert.fail()));
    assert.deepEqual(
      bodies.map((one) => [one[0], one[99], one.length]),
      [
        [1, 1, 100],
        [2, 2, 100],
        [3, 3, 100],
      ],
    );
  });

  test("what a kind does not name must be zero, and flags that it does not have are refused", () => {
    const codec = new BodyCodec("records", 2 ** 20);
    const refusal = (change: (header: Header) => void, payload = Buffer.alloc(0)) => {
      const header = new Header().set(kinds.reply, 0, 1, 0, 0, 0, 0);
      header.length = payload.length;
      change(header);
      const head = Buffer.alloc(headerBytes);
      header.write(new DataView(head.buffer, head.byteOffset, headerBytes), 0);
      const [read] = readAll([Buffer.concat([head, payload])], codec).frames;
      assert.ok(read?.kind === "malformed", JSON.stringify(read));
      return `${read.wanted}; ${read.got}`;
    };
    assert.match(
      refusal((h) => (h.ordinal = 1)),
      /zeros where a reply has no field; 0, 1, 0/,
    );
    assert.match(
      refusal((h) => (h.flags = 0x40)),
      /flags of a reply; 0x40/,
    );
    assert.match(
      refusal((h) => (h.flags = 1)),
      /flags of a reply; 0x1/,
    );
    assert.match(
      refusal((h) => (h.kind = 0)),
      /kind of frame that belongs to a pipe; kind 0/,
    );
    assert.match(
      refusal((h) => (h.kind = kinds.ping)),
      /belongs to a pipe; ping/,
    );
    assert.match(
      refusal((h) => (h.kind = kinds.end), Buffer.alloc(1)),
      /no body in a frame of kind end; 1 bytes/,
    );
    assert.match(
      refusal(() => {}, Buffer.alloc(1)),
      /an empty body; 1 bytes/,
    );
    assert.match(
      refusal((h) => h.set(kinds.call, 1, 1, 0, 0, 0, 7), Buffer.alloc(7)),
      /credit of 8 bytes; 7/,
    );
    assert.match(
      refusal((h) => h.set(kinds.close, 0, 1, 0, 99, 0, 0)),
      /close code below 5; 99/,
    );
    assert.match(
      refusal((h) => h.set(kinds.error, 4, 1, 0, 0, 0, 2), Buffer.from("{}")),
      /error with code and message/,
    );
    assert.match(
      refusal((h) => h.set(kinds.error, 2, 1, 0, 0, 0, 2), Buffer.from("{}")),
      /an error as JSON; form 1/,
    );
    assert.match(
      refusal((h) => h.set(kinds.credit, 0, 1, 0, 0xffff_ffff, 0, 0)),
      /a total below 2\^53/,
    );
  });
});
