import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { closeCodes, type Frame } from "../src/frame.ts";
import { fromTuple, toTuple } from "../src/frame-tuple.ts";

const count = fc.maxSafeNat();
const error = fc.record({ code: fc.string(), message: fc.string() });
const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ kind: fc.constant("hello" as const), protocol: count, messages: count, bytes: count, calls: count }),
  fc.record({
    kind: fc.constant("call" as const),
    id: count,
    interfaceId: count,
    ordinal: count,
    stream: fc.boolean(),
    deadlineMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
    messages: count,
    bytes: count,
    size: count,
    body: fc.jsonValue(),
  }),
  fc.record({ kind: fc.constantFrom("reply" as const, "item" as const), id: count, size: count, body: fc.jsonValue() }),
  fc.record({ kind: fc.constant("error" as const), id: count, size: count, error }),
  fc.record({ kind: fc.constant("end" as const), id: count, size: count }),
  fc.record({ kind: fc.constant("skip" as const), size: count }),
  fc.record({ kind: fc.constant("cancel" as const), id: count }),
  fc.record({ kind: fc.constant("grant" as const), id: count, messages: count, bytes: count }),
  fc.record({ kind: fc.constant("credit" as const), messages: count, bytes: count }),
  fc.record({ kind: fc.constant("close" as const), code: fc.constantFrom(...closeCodes), message: fc.string(), lastId: count }),
);

test("every frame comes back from its tuple as it was", () => {
  fc.assert(
    fc.property(frame, (original) => assert.deepEqual(fromTuple(structuredClone(toTuple(original))), structuredClone(original))),
    { seed: 4, numRuns: 2000 },
  );
});

test("whatever comes from outside is read as a frame by the rules or refused with what was wanted, and never throws", () => {
  let refused = 0;
  const broken = fc
    .tuple(frame, fc.nat(12), fc.anything())
    .map(([original, at, junk]) => toTuple(original).with(Math.min(at, toTuple(original).length - 1), junk));
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.array(fc.anything()), broken), (value) => {
      const read = fromTuple(value);
      if (read.kind === "malformed") {
        refused += 1;
        assert.ok(read.wanted.length > 0 && read.got.length > 0);
        return;
      }
      for (const field of ["id", "size", "messages", "bytes", "calls", "lastId", "ordinal"] as const)
        if (field in read) assert.ok(Number.isSafeInteger(Reflect.get(read, field)) && Reflect.get(read, field) >= 0, field);
    }),
    { seed: 5, numRuns: 5000 },
  );
  assert.ok(refused > 1000);
});
