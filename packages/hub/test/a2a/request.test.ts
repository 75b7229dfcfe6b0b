import assert from "node:assert/strict";
import { test } from "node:test";
import { pipeEnds } from "@entente/pipe";
import fc from "fast-check";
import { readRequest } from "../../src/a2a/request.ts";
import { type OperationName, operations } from "../../src/a2a/service.ts";
import { EntenteError } from "../../src/base/errors.ts";

const names = Object.keys(operations) as OperationName[]; // why: Object.keys forgets the literal keys

// Objects with the protocol's member names and anything at all as their values.
const memberName = fc.constantFrom(
  ..."tenant message messageId message_id contextId taskId role parts text raw url data metadata extensions referenceTaskIds".split(
    " ",
  ),
  ..."configuration historyLength returnImmediately taskPushNotificationConfig authentication scheme credentials token id".split(
    " ",
  ),
  ..."pageSize pageToken status statusTimestampAfter includeArtifacts filename mediaType __proto__ constructor toString".split(
    " ",
  ),
);
const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, "ROLE_USER", "TASK_STATE_WORKING", "2026-11-24T00:00:00Z", "https://example.com/", "", "aGk="),
);
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: "small" }, leaf, tie("object"), fc.array(tie("value"), { maxLength: 3 })),
  object: fc.dictionary(memberName, tie("value"), { maxKeys: 6 }),
}));

test("whatever comes is either refused by name or read, and what was read reads as itself", () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), anything, (name, params) => {
      let read: unknown;
      try {
        read = readRequest(name, params);
      } catch (error) {
        assert.ok(error instanceof EntenteError && error.code === "REQUEST_MALFORMED", String(error));
        assert.match(error.message, /^[\w.[\]() -]+: wanted /);
        return;
      }
      assert.deepEqual(readRequest(name, JSON.parse(JSON.stringify(read))), read);
    }),
    { seed: 20261124, numRuns: 5000 },
  );
});

test("a large flat message is read quickly enough and a deep one refused", () => {
  const message = (data: unknown) => ({ message: { messageId: "m", parts: [{ data }] } });
  assert.ok(readRequest("SendMessage", message(Array.from({ length: 500_000 }, (_, at) => at))));
  let deep: unknown = 1;
  for (let level = 0; level < 100_000; level++) deep = [deep];
  assert.throws(() => readRequest("SendMessage", message(deep)), /at most 100 levels/);
});

test("what a pipe may bring and JSON cannot is refused by name: dates, bytes, bigints, numbers that are none, and the ends of pipes", () => {
  const [end, other] = pipeEnds();
  for (const one of [new Date(0), new Uint8Array(2), 10n, Number.NaN, end, undefined])
    for (const data of [{ deep: [one] }, [one]])
      assert.throws(
        () => readRequest("SendMessage", { message: { messageId: "m", parts: [{ data }] } }),
        (thrown: unknown) =>
          thrown instanceof EntenteError && thrown.code === "REQUEST_MALFORMED" && /wanted JSON, got/.test(thrown.message),
      );
  end.drop();
  other.drop();
});

test("a NUL in anything that gets a column of its own is refused by name", () => {
  const message = { messageId: "m", parts: [{ text: "x" }] };
  const sla = "https://entente.dev/a2a/ext/sla/v1";
  const bad: readonly [OperationName, object, RegExp][] = [
    ["SendMessage", { message: { ...message, contextId: "a\0b" } }, /^message\.contextId: wanted /],
    ["SendMessage", { message, tenant: "a\0b" }, /^tenant: wanted /],
    ["SendMessage", { message: { ...message, metadata: { skill: "a\0b" } } }, /^message\.metadata\.skill: wanted /],
    ["SendMessage", { message: { ...message, metadata: { [sla]: { agreement: "\0" } } } }, /^message\.metadata\.agreement: /],
    ["ListTasks", { contextId: "a\0b" }, /^contextId: wanted /],
    ["GetTask", { id: "\0" }, /^id: wanted /],
  ];
  for (const [name, params, problem] of bad) assert.throws(() => readRequest(name, params), { message: problem });
  assert.ok(readRequest("SendMessage", { message: { ...message, parts: [{ text: "a\0b" }] } }), "a text may have one");
});
