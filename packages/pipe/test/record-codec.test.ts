// Bodies as records and as JSON. The peer for the records is msgpackr, whose form of records they are.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Packr, Unpackr } from "msgpackr";
import { BodyCodec, bytesOf, forms } from "../src/wire/body.ts";
import { BodyError } from "../src/wire/body-error.ts";
import { fromJsonBody, toJsonBody } from "../src/wire/json-body.ts";
import { RecordDecoder } from "../src/wire/record-decoder.ts";
import { RecordEncoder } from "../src/wire/record-encoder.ts";

const theirs = { sequential: true, moreTypes: true, copyBuffers: true } as const;

function decode(decoder: RecordDecoder, bytes: Uint8Array): unknown {
  const whole = Buffer.from(bytes);
  return decoder.decode(whole, new DataView(whole.buffer, whole.byteOffset, whole.length), 0, whole.length);
}

const key = fc.string({ maxLength: 12 }).filter((name) => name !== "__proto__");
const plain: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc.double(),
    fc.integer(),
    fc.constantFrom(
      null,
      undefined,
      true,
      false,
      -0,
      63,
      64,
      127,
      128,
      255,
      256,
      65_535,
      65_536,
      2 ** 31,
      2 ** 32,
      -32,
      -33,
      -129,
    ),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.uint8Array({ maxLength: 300 }),
    fc.float64Array({ maxLength: 5 }),
    fc.int32Array({ maxLength: 5 }),
    fc.date({ noInvalidDate: true }),
    fc.array(tie("value"), { maxLength: 20 }),
    fc.dictionary(key, tie("value"), { maxKeys: 40, noNullPrototype: true }),
    fc.constantFrom("a", "b").chain((name) => tie("value").map((value) => ({ kind: name, value, nested: { id: 1, value } }))),
  ),
})).value;

describe("bodies as records", () => {
  test("every plain value comes back as it was, in a long conversation with one state on each side", () => {
    const [encoder, decoder] = [new RecordEncoder(), new RecordDecoder()];
    fc.assert(
      fc.property(plain, (value) => assert.deepStrictEqual(decode(decoder, encoder.encode(value)), value)),
      { seed: 11, numRuns: 3000 },
    );
  });

  test("msgpackr reads what is written here, records included", () => {
    const [encoder, unpackr] = [new RecordEncoder(), new Unpackr({ ...theirs, mapsAsObjects: true })];
    fc.assert(
      fc.property(plain, (value) => {
        const read: unknown = unpackr.unpack(Buffer.from(encoder.encode(value)));
        assert.deepEqual(normal(read), normal(value));
      }),
      { seed: 12, numRuns: 1500 },
    );
  });

  test("what msgpackr writes is read here, records included", () => {
    const [packr, decoder] = [new Packr({ ...theirs, maxOwnStructures: 64 }), new RecordDecoder()];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("a", "b", "c"), plain, { noNullPrototype: true }), (value) => {
        let bytes: Uint8Array;
        try {
          bytes = packr.pack(value);
        } catch {
          return; // msgpackr's limit, not ours
        }
        if (hasWideRecord(value)) return;
        assert.deepEqual(normal(decode(decoder, bytes)), normal(value));
      }),
      { seed: 13, numRuns: 300 },
    );
  });

  test("keys cross once: a second object of the same shape takes a fraction of the first", () => {
    const encoder = new RecordEncoder();
    const task = (id: string) => ({ taskIdentifier: id, contextIdentifier: "c", creationTimestamp: 1, acceptedOutputModes: [] });
    const first = encoder.encode(task("1")).length;
    assert.ok(encoder.encode(task("2")).length * 3 < first);
  });

  test("structures are 64 at most, their numbers are taken again in turn, and every object still arrives", () => {
    const [encoder, decoder] = [new RecordEncoder(), new RecordDecoder()];
    for (let round = 0; round < 3; round++)
      for (let i = 0; i < 500; i++) {
        const value = { [`key${i}`]: i, other: round };
        assert.deepEqual(decode(decoder, encoder.encode(value)), value);
      }
  });

  test("a body that cannot be sent says why, and the ones after it arrive", () => {
    const [encoder, decoder] = [new RecordEncoder(), new RecordDecoder()];
    const cycle: Record<string, unknown> = { name: "cycle" };
    cycle.self = cycle;
    const refused: readonly [unknown, RegExp][] = [
      [{ fresh: 1, f: () => 1 }, /got a function/],
      [{ s: Symbol("s") }, /got a symbol/],
      [new Map([[1, 2]]), /got a Map/],
      [{ set: new Set() }, /got a Set/],
      [new Error("x"), /got a Error/],
      [/x/, /got a RegExp/],
      [Promise.resolve(), /got a Promise/],
      [2n ** 64n, /bigint of at most 64 bits/],
      [cycle, /128 levels of nesting/],
      [JSON.parse('{"__proto__":{"admin":true}}'), /cannot change a prototype/],
      [new Date(Number.NaN), /invalid Date/],
      [new Array(300_000).fill([]), /arrays and objects/],
      [
        {
          get boom() {
            throw new Error("boom");
          },
        },
        /boom/,
      ],
    ];
    for (const [value, message] of refused) {
      assert.throws(
        () => encoder.encode(value),
        (thrown) => thrown instanceof BodyError && message.test(thrown.message),
      );
      assert.deepEqual(decode(decoder, encoder.encode({ fresh: 2, other: [{ fresh: 3 }] })), { fresh: 2, other: [{ fresh: 3 }] });
    }
  });
});

describe("bodies of one pipe", () => {
  test("arrive as they were after one of a new shape was too large to send", () => {
    const [ours, theirs] = [new BodyCodec("records", 1000), new BodyCodec("records", 1000)];
    const cross = (body: unknown) => {
      const bytes = Buffer.from(bytesOf(ours.pack(body)));
      return theirs.unpack(
        forms.records,
        bytes,
        new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
        0,
        bytes.length,
        false,
      );
    };
    assert.deepEqual(cross({ name: "a" }), { name: "a" });
    for (const value of [{ q: "x".repeat(2000) }, { name: { deep: "x".repeat(400_000) } }])
      assert.throws(() => ours.pack(value), /a body of at most 1000 bytes/);
    for (const value of [{ q: "x" }, { name: { deep: "x" } }, { other: 1 }, { q: "y" }]) assert.deepEqual(cross(value), value);
  });
});

describe("hostile bodies", () => {
  const refuse = (bytes: readonly number[], wanted: RegExp) =>
    assert.throws(
      () => decode(new RecordDecoder(), Uint8Array.from(bytes)),
      (thrown) => thrown instanceof BodyError && wanted.test(thrown.message),
    );
  const text = (value: string) => [0xa0 | value.length, ...Buffer.from(value)];

  test("are refused before anything is made of a length or count", () => {
    refuse([0xdd, 0xff, 0xff, 0xff, 0xff], /at most 0 elements in the bytes left; got 4294967295/);
    refuse([0xdf, 0xff, 0xff, 0xff, 0xff, 0xa0], /elements/);
    refuse([0xc6, 0x7f, 0xff, 0xff, 0xff], /bytes, which are left/);
    refuse([0xdb, 0xff, 0xff, 0xff, 0xff, 0x41], /bytes, which are left/);
    refuse([0xc9, 0xff, 0xff, 0xff, 0xff, 0x74], /bytes, which are left/);
    refuse([0xdc, 0x00], /bytes, which are left/);
    refuse([], /whole value/);
    refuse([0x01, 0x02], /one value; got 1 bytes after it/);
  });

  test("cannot claim the same bytes for the elements of many nested arrays or maps", () => {
    const arrays = Buffer.alloc(100 * 5 + 4096);
    for (let i = 0; i < 100; i++) arrays.set([0xdd, 0, 0, 0x0f, 0xa0], i * 5);
    refuse([...arrays], /at most 596 elements in the bytes left; got 4000/);
    const maps = Buffer.alloc(100 * 6 + 4096);
    for (let i = 0; i < 100; i++) maps.set([0xdf, 0, 0, 0x07, 0xd0, 0xa0], i * 6);
    refuse([...maps], /at most 696 elements in the bytes left; got 4000/);
    const whole = [[[1, 2], { a: 3 }, []], 4];
    assert.deepEqual(decode(new RecordDecoder(), Uint8Array.from([0x92, 0x93, 0x92, 1, 2, 0x81, 0xa1, 0x61, 3, 0x90, 4])), whole);
  });

  test("cannot nest deeper than 128 levels, nor hold more than 262144 arrays and objects", () => {
    refuse(new Array(1000).fill(0x91), /128 levels/);
    const many = Buffer.alloc(300_005, 0x90);
    many.set([0xdd, 0, 4, 0x93, 0xe0]);
    refuse([...many], /262144 arrays and objects/);
  });

  test("cannot name a prototype, in a map or in a structure", () => {
    refuse([0x81, ...text("__proto__"), 0xc0], /cannot change a prototype/);
    refuse([0xd4, 0x72, 0x40, 0x91, ...text("__proto__"), 0xc0], /cannot change a prototype/);
    refuse([0xd4, 0x72, 0x40, 0x91, 0xd9, 9, ...Buffer.from("__proto__"), 0xc0], /cannot change a prototype/);
  });

  test("cannot use or make structures beyond the rules", () => {
    refuse([0x41], /structure that was defined; got 0x41/);
    refuse([0xd4, 0x72, 0x20, 0x90], /number from 0x40/);
    refuse([0xd4, 0x72, 0x40, 0xdc, 0, 33], /at most 32 keys/);
    refuse([0xd4, 0x72, 0x40, 0x91, 0xda, 1, 1, ...new Array(257).fill(0x61), 0xc0], /256 characters/);
    refuse([0x81, 0x01, 0x02], /text as a key/);
  });

  test("cannot ask for extensions that build other things", () => {
    for (const type of [0x65, 0x73, 0x78, 0x70, 0x69, 0x42, 0x62]) refuse([0xd4, type, 0, 0xc0], /known extension/);
    refuse([0xc1], /MessagePack tag/);
    refuse([0xc7, 2, 0x74, 99, 0], /typed array's code/);
    refuse([0xc7, 4, 0x74, 8, 1, 2, 3], /whole elements of 8 bytes/);
    refuse([0xc7, 3, 0xff, 1, 2, 3], /point in time/);
    refuse([0xc7, 12, 0xff, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], /point in time/);
  });

  test("random bytes give a value or a BodyError, never another error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decode(new RecordDecoder(), bytes);
        } catch (thrown) {
          assert.ok(thrown instanceof BodyError, String(thrown));
        }
      }),
      { seed: 14, numRuns: 20_000 },
    );
  });
});

describe("bodies as JSON", () => {
  const read = (value: string) => {
    const bytes = Buffer.from(value);
    return fromJsonBody(bytes, 0, bytes.length);
  };

  test("carry what JSON carries and refuse what it would change in silence", () => {
    assert.deepEqual(read(Buffer.from(toJsonBody({ a: [1, "é", null] })).toString()), { a: [1, "é", null] });
    for (const value of [
      { f: () => 1 },
      { b: new Uint8Array(1) },
      Buffer.from("x"),
      { m: new Map() },
      1n,
      JSON.parse('{"__proto__":1}'),
    ])
      assert.throws(() => toJsonBody(value), BodyError);
  });

  test("of a hostile peer are refused: depth, breadth, prototypes in any spelling", () => {
    assert.throws(() => read("[".repeat(200)), /128 levels/);
    assert.throws(() => read(`[${"{},".repeat(300_000)}{}]`), /arrays and objects/);
    assert.throws(() => read('{"a":[{"__proto__":{"admin":true}}]}'), /prototype/);
    assert.throws(() => read('{"\\u005f_proto__":{"admin":true}}'), /prototype/);
    assert.throws(() => read('{"a":'), /wanted JSON/);
    assert.deepEqual(read('{"text":"[[[[ {{{{ \\" __proto__ is only text"}'), { text: '[[[[ {{{{ " __proto__ is only text' });
  });
});

// msgpackr gives Buffers for bytes and BigInt for what fits a number: the same content.
function normal(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)];
  if (Array.isArray(value)) return value.map(normal);
  if (value instanceof Date) return value.getTime();
  if (typeof value === "number" && Object.is(value, -0)) return 0;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, normal(inner)]));
}

// A record of more than 32 keys is msgpackr's to write and not ours to read: the form bounds them.
function hasWideRecord(value: unknown): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  return Object.keys(value).length > 32 || Object.values(value).some(hasWideRecord);
}
