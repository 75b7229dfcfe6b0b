// What every file in src/protocols must keep. A protocol brings random terms and events in test/protocols/NAME.ts.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { defineProtocol, NegotiationError, type Protocol, type Transition } from "../src/index.ts";

type AnyProtocol = Protocol<unknown, unknown, unknown, unknown, unknown>;
const folder = join(import.meta.dirname, "../src/protocols");
const files = readdirSync(folder).filter((f) => f.endsWith(".ts"));
const seed = 20261124;

test("there is at least one protocol", () => assert.ok(files.length > 0));

for (const file of files) {
  const name = file.slice(0, -3);
  const { default: protocol } = (await import(join(folder, file))) as { default: AnyProtocol }; // why: a glob has no static type
  const samples = join(import.meta.dirname, "protocols", file);

  test(`${name}: the default export is a protocol of the file's name with random terms and events to test it by`, () => {
    assert.equal(protocol.name, name);
    assert.ok(existsSync(samples), `wanted test/protocols/${file}`);
  });
  if (!existsSync(samples)) continue;
  const { terms, anyEvent } = (await import(samples)) as { terms: fc.Arbitrary<unknown>; anyEvent: fc.Arbitrary<unknown> }; // why: as above
  const run = fc.tuple(terms, fc.array(fc.tuple(anyEvent, fc.integer({ min: 0, max: 20 })), { maxLength: 40, size: "max" }));

  test(`${name}: states and effects are plain JSON, and replaying the stored events gives the same ones again`, () => {
    fc.assert(
      fc.property(run, ([given, steps]) => {
        const first = played(protocol, given, steps, (x) => x);
        const replayed = played(protocol, throughJson(given), throughJson(steps) as typeof steps, throughJson); // why: JSON keeps the shape
        assert.deepEqual(replayed, first);
        assert.deepEqual(throughJson(first), first);
      }),
      { seed, numRuns: 400 },
    );
  });

  test(`${name}: a step changes neither the state nor the event it was given`, () => {
    fc.assert(
      fc.property(run, ([given, steps]) => {
        played(protocol, given, steps, frozen);
      }),
      { seed, numRuns: 200 },
    );
  });

  test(`${name}: from any point, delivering timers alone ends the session, and a closed one has no timer`, () => {
    fc.assert(
      fc.property(run, ([given, steps]) => {
        let { state, now } = played(protocol, given, steps, (x) => x);
        let delivered = 0;
        for (let due = protocol.nextTimer(state); due !== undefined; due = protocol.nextTimer(state)) {
          now = Math.max(now, due);
          [state] = protocol.step(state, { type: "timer" }, now);
          assert.ok(++delivered < 1000, "timers go on for ever");
        }
        assert.notEqual(protocol.result(state), undefined);
      }),
      { seed, numRuns: 400 },
    );
  });

  test(`${name}: an event of an unknown type and a time that is no number are refused with EVENT_INVALID`, () => {
    const [given] = fc.sample(terms, { seed, numRuns: 1 });
    const [state] = protocol.start(given);
    const coded = (e: unknown) => e instanceof NegotiationError && e.code === "EVENT_INVALID";
    assert.throws(() => protocol.step(state, { type: "timer" }, Number.NaN), coded);
    const participants = (given as { participants: string[] }).participants; // why: every protocol's terms name its participants
    assert.throws(() => protocol.step(state, { type: "sing", from: participants[0] }, 0), coded);
  });
}

test("a protocol name that is not kebab-case is refused with PROTOCOL_NAME_INVALID", () => {
  const nothing: Transition<number, never> = [0, []];
  const bad = { name: "Contract Net", start: () => nothing, step: () => nothing, nextTimer: () => undefined, result: () => 0 };
  assert.throws(
    () => defineProtocol(bad),
    (e: unknown) => e instanceof NegotiationError && e.code === "PROTOCOL_NAME_INVALID",
  );
});

function played(protocol: AnyProtocol, given: unknown, steps: readonly [unknown, number][], carry: (x: unknown) => unknown) {
  let now = 0;
  let [state, effects] = protocol.start(carry(given));
  const log: unknown[] = [...effects];
  for (const [event, wait] of steps) {
    now += wait;
    [state, effects] = protocol.step(carry(state), carry(event), now);
    log.push(...effects);
  }
  return { state, now, log };
}

function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
}
