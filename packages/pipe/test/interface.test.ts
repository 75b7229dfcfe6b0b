import assert from "node:assert/strict";
import { test } from "node:test";
import { defineInterface, mayHaveRun, PipeError, pipe, RemoteError, receive, remote, unchecked } from "../src/index.ts";
import { toWireError } from "../src/wire-error.ts";

const call = { kind: "call" } as const;

test("an ordinal may be used once, not change its range, and a name may not make the client a promise", () => {
  const refused = (methods: Parameters<typeof defineInterface>[0]["methods"], wanted: RegExp) =>
    assert.throws(() => defineInterface({ name: "x", version: 2, methods }), { code: "INTERFACE_INVALID", message: wanted });
  refused({ a: { ordinal: 1, ...call }, b: { ordinal: 1, ...call } }, /one method for ordinal 1; got \["a","b"\]/);
  refused({ a: { ordinal: -1, ...call } }, /ordinal below 0xfffffff0 for a; got -1/);
  refused({ a: { ordinal: 0xffff_fff0, ...call } }, /ordinal below/);
  refused({ a: { ordinal: 1, since: 3, ...call } }, /"since" from 1 to 2 for a; got 3/);
  // biome-ignore lint/suspicious/noThenProperty: that it is refused is what is tested
  refused({ then: { ordinal: 1, ...call } }, /promise/);
  assert.throws(() => defineInterface({ name: "x", version: 0, methods: {} }), { code: "INTERFACE_INVALID" });
  assert.throws(() => defineInterface({ name: "x", version: 1, id: 2 ** 32, methods: {} }), { code: "INTERFACE_INVALID" });
});

test("two interfaces cannot be served under one id, until the first is no longer", () => {
  const [, end] = pipe();
  const one = defineInterface({ name: "one", version: 1, methods: {} });
  const two = defineInterface({ name: "two", version: 1, methods: {} });
  const stop = receive(end, one, {});
  assert.throws(() => receive(end, two, {}), { code: "INTERFACE_TAKEN", message: /already serves "one"/ });
  stop();
  receive(end, two, {});
});

test("a limit below the first allowance or not whole is refused", () => {
  assert.throws(() => pipe({ limits: { messages: 7 } }), { code: "LIMIT_INVALID" });
  assert.throws(() => pipe({ limits: { bytes: Number.NaN } }), { code: "LIMIT_INVALID" });
  assert.throws(() => pipe({ limits: { waitingCalls: 1.5 } }), { code: "LIMIT_INVALID" });
});

test("a trusted pipe copies nothing and skips schemas unless told otherwise", async () => {
  const strict = { parse: (value: unknown) => (value === null ? assert.fail("null") : assert.fail("parsed")) };
  const iface = defineInterface({
    name: "same",
    version: 1,
    methods: {
      same: { ordinal: 1, ...call, input: unchecked<object>(), output: unchecked<object>() },
      never: { ordinal: 2, ...call, input: strict },
    },
  });
  const [near, far] = pipe();
  const stop = receive(far, iface, { same: (value) => value, never: () => {} });
  const body = { a: 1 };
  assert.equal(await remote(near, iface).same(body), body);
  await near.request({ interfaceId: 0, ordinal: 2, kind: "call", label: "never" }, 1);
  stop();
  receive(far, iface, { same: (value) => value, never: () => {} }, { validate: true });
  await assert.rejects(near.request({ interfaceId: 0, ordinal: 2, kind: "call", label: "never" }, 1), { code: "INPUT_INVALID" });
});

test("the types of a client and of an implementation follow from the interface", async () => {
  const iface = defineInterface({
    name: "typed",
    version: 1,
    methods: {
      length: { ordinal: 1, ...call, input: unchecked<string>(), output: unchecked<number>() },
      ping: { ordinal: 2, ...call },
      letters: { ordinal: 3, kind: "stream", input: unchecked<string>(), output: unchecked<string>() },
    },
  });
  const [near, far] = pipe();
  receive(far, iface, { length: (text) => text.length, ping: () => {}, letters: (text) => ReadableStream.from([...text]) });
  const client = remote(near, iface);
  // Compiled, never run: each line below is an error to the type checker, or @ts-expect-error itself is one.
  const _refusedByTheCompiler = () => {
    // @ts-expect-error a number is no string
    void client.length(1);
    // @ts-expect-error a method that does not exist
    void client.size("x");
    // @ts-expect-error the input is missing
    void client.length();
    // @ts-expect-error a stream is no promise
    void client.letters("x").then;
    // @ts-expect-error the output is a number
    receive(far, iface, { length: (text) => text, ping: () => {}, letters: async function* () {} });
  };
  const answer: Promise<number> = client.length("four");
  const nothing: Promise<void> = client.ping();
  assert.equal(await answer, 4);
  assert.equal(await nothing, undefined);
});

test("what a handler throws crosses as code, message and JSON details, cut to size", () => {
  assert.deepEqual(toWireError("text"), { code: "INTERNAL", message: "text" });
  assert.deepEqual(toWireError(new TypeError("plain")), { code: "INTERNAL", message: "plain" });
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  assert.deepEqual(toWireError(Object.assign(new Error("e"), { code: "A_B", details: loop })), { code: "A_B", message: "e" });
  const wire = toWireError(
    Object.assign(new Error("x".repeat(10_000)), { code: "A_B", details: { at: new Date(0), fn() {}, n: 1 } }),
  );
  assert.equal(wire.message.length, 4096);
  assert.deepEqual(wire.details, { at: "1970-01-01T00:00:00.000Z", n: 1 });
  assert.equal(toWireError(Object.assign(new Error("e"), { details: { big: "x".repeat(20_000) } })).details, undefined);
});

test("a peer cannot pass its error off as a local one", async () => {
  const iface = defineInterface({ name: "liar", version: 1, methods: { gone: { ordinal: 1, ...call } } });
  const [near, far] = pipe();
  receive(far, iface, {
    gone() {
      throw new PipeError("PEER_GONE", { call: "x", reason: "made up", mayHaveRun: false });
    },
  });
  const error = await remote(near, iface)
    .gone()
    .catch((thrown: unknown) => thrown);
  assert.ok(error instanceof RemoteError);
  assert.equal(error.code, "PEER_GONE");
  assert.equal(mayHaveRun(error), true);
});
