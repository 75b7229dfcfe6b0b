import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Binding,
  type CloseReason,
  defineInterface,
  type Endpoint,
  type EndpointOptions,
  mayHaveRun,
  PipeError,
  RemoteError,
  receive,
  remote,
  transfer,
  unchecked,
} from "../src/index.ts";
import { calculator, number, serveCalculator } from "./calculator.ts";

/** A connected pair: `near` calls, `far` serves the calculator. */
interface Pair {
  readonly near: Endpoint;
  readonly far: Endpoint;
  readonly log: string[];
  readonly client: ReturnType<typeof remote<typeof calculator.methods>>;
}

/** Waits for something that another turn of the event loop brings; the test's own timeout is the limit. */
export async function until(condition: () => boolean, signal: AbortSignal): Promise<void> {
  while (!condition()) await sleep(1, undefined, { signal });
}

/** A promise's error; fails when there is none. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (thrown) {
    assert.ok(thrown instanceof Error);
    return thrown;
  }
  assert.fail("wanted a failure");
}

function isPipeError(error: Error, code: string): PipeError {
  assert.ok(error instanceof PipeError, `wanted PipeError ${code}; got ${error.name} ${error.message}`);
  assert.equal(error.code, code);
  return error;
}

function isRemoteError(error: Error, code: string): RemoteError {
  assert.ok(error instanceof RemoteError, `wanted RemoteError ${code}; got ${error.name} ${error.message}`);
  assert.equal(error.code, code);
  return error;
}

/** What every binding must do. Registers its tests. */
export function conformance(binding: Binding): void {
  const timeout = 20_000;

  async function connect(t: TestContext, nearOptions: EndpointOptions = {}, farOptions: EndpointOptions = {}): Promise<Pair> {
    const { promise, resolve } = Promise.withResolvers<{ far: Endpoint; log: string[] }>();
    const listener = await binding.listen("", (far) => resolve({ far, log: serveCalculator(far) }), farOptions);
    const near = await binding.dial(listener.address, nearOptions);
    const { far, log } = await promise;
    await listener.close();
    t.after(() => {
      near.close();
      far.close();
    });
    return { near, far, log, client: remote(near, calculator, { validate: true }) };
  }

  describe(`binding ${binding.name}`, { timeout }, () => {
    test("a call is answered with the handler's output", async (t) => {
      const { client } = await connect(t);
      assert.equal(await client.add({ a: 20, b: 22 }), 42);
    });

    test("both ends may call and serve on one pipe", async (t) => {
      const { near, far, client } = await connect(t);
      serveCalculator(near);
      const back = remote(far, calculator);
      assert.deepEqual(await Promise.all([client.add({ a: 1, b: 2 }), back.add({ a: 3, b: 4 })]), [3, 7]);
    });

    test("interfaces with different ids share a pipe and its order", async (t) => {
      const { near, far, log, client } = await connect(t);
      const notes = defineInterface({
        name: "notes",
        version: 1,
        id: 7,
        methods: { note: { ordinal: 1, kind: "call", input: unchecked<string>() } },
      });
      receive(far, notes, { note: (text) => void log.push(text) });
      const taker = remote(near, notes);
      await Promise.all([taker.note("before"), client.add({ a: 1, b: 1 }), taker.note("after")]);
      // add's schema is asynchronous, so only the notes' own order is certain
      assert.deepEqual(
        log.filter((line) => !line.startsWith("add")),
        ["before", "after"],
      );
    });

    test("calls are dispatched in the order in which they were made", async (t) => {
      const { near, far } = await connect(t);
      const order: number[] = [];
      const ledger = defineInterface({
        name: "ledger",
        version: 1,
        id: 3,
        methods: { put: { ordinal: 1, kind: "call", input: number } },
      });
      receive(far, ledger, { put: (n) => void order.push(n) });
      const client = remote(near, ledger);
      await Promise.all(Array.from({ length: 1000 }, (_, i) => client.put(i)));
      assert.deepEqual(
        order,
        Array.from({ length: 1000 }, (_, i) => i),
      );
    });

    test("an input that the schema refuses never reaches the handler", async (t) => {
      const { client, log } = await connect(t);
      // biome-ignore lint/suspicious/noExplicitAny: the test breaks the type on purpose
      const error = await failure(client.add({ a: 1, b: "2" } as any)); // why: the test breaks the type on purpose
      assert.match(isRemoteError(error, "INPUT_INVALID").message, /b: wanted a number/);
      assert.deepEqual(log, []);
    });

    test("an output that the schema refuses is the caller's error", async (t) => {
      const { client } = await connect(t);
      isPipeError(await failure(client.lie("no number")), "OUTPUT_INVALID");
    });

    test("of a handler's error only code, message and JSON details cross", async (t) => {
      const { client } = await connect(t);
      const error = isRemoteError(await failure(client.divide({ a: 1, b: 0 })), "DIVIDED_BY_ZERO");
      assert.match(error.message, /got 1 \/ 0/);
      assert.deepEqual(error.details, { a: 1 });
      assert.equal(error.cause, undefined);
    });

    test("an unknown method, interface or kind is a typed error and the pipe lives on", async (t) => {
      const { near, client } = await connect(t);
      const label = "test";
      const kind = "call";
      isRemoteError(await failure(near.request({ interfaceId: 0, ordinal: 99, kind, label }, 1)), "METHOD_UNKNOWN");
      isRemoteError(await failure(near.request({ interfaceId: 9, ordinal: 1, kind, label }, 1)), "INTERFACE_UNKNOWN");
      isRemoteError(await failure(near.request({ interfaceId: 0, ordinal: 4, kind, label }, 1)), "KIND_MISMATCH");
      assert.equal(await client.add({ a: 1, b: 1 }), 2);
    });

    test("an aborted call ends for the caller at once and aborts the handler's signal", async (t) => {
      const { near, far, client, log } = await connect(t);
      const controller = new AbortController();
      const call = client.wait(60_000, { signal: controller.signal });
      await until(() => log.includes("wait 60000"), t.signal);
      controller.abort(new Error("changed my mind"));
      const error = isPipeError(await failure(call), "CALL_CANCELLED");
      assert.equal(mayHaveRun(error), true);
      assert.match(String(error.cause), /changed my mind/);
      await until(() => log.includes("wait 60000 aborted") && near.load.openCalls === 0, t.signal);
      assert.equal(far.load.runningHandlers, 0);
    });

    test("a call with an aborted signal is not sent", async (t) => {
      const { near, client, log } = await connect(t);
      const error = await failure(client.wait(1, { signal: AbortSignal.abort() }));
      assert.equal(mayHaveRun(isPipeError(error, "CALL_CANCELLED")), false);
      await near.flush();
      assert.deepEqual(log, []);
    });

    test("a deadline ends the call on both sides", async (t) => {
      const { near, client, log } = await connect(t);
      isPipeError(await failure(client.wait(60_000, { deadlineMs: 20 })), "DEADLINE_EXCEEDED");
      await until(() => log.includes("wait 60000 aborted") && near.load.openCalls === 0, t.signal);
    });

    test("a deadline travels as the time that remains, and one in the past is not sent", async (t) => {
      const { near, client } = await connect(t);
      const remaining = await client.remaining(undefined, { deadlineMs: 5000 });
      assert.ok(remaining > 0 && remaining <= 5000, `${remaining}`);
      assert.equal(await client.remaining(), -1);
      const late = isPipeError(await failure(client.remaining(undefined, { deadlineMs: 0 })), "DEADLINE_EXCEEDED");
      assert.equal(mayHaveRun(late), false);
      isPipeError(await failure(client.remaining(undefined, { deadlineMs: Number.NaN })), "DEADLINE_INVALID");
      await near.flush();
    });

    test("a stream gives every item in order, far beyond its credit", async (t) => {
      const { near, client } = await connect(t);
      let next = 0;
      for await (const item of client.count(5000)) assert.equal(item, next++);
      assert.equal(next, 5000);
      await until(() => near.load.openCalls === 0, t.signal);
      assert.deepEqual(near.load.freeBuffer, { messages: 256, bytes: 1024 * 1024 });
    });

    test("a stream that is left early cancels its producer and gives its buffer back", async (t) => {
      const { near, client, log } = await connect(t);
      for await (const item of client.count(1_000_000)) if (item === 10) break;
      await until(() => log.includes("count left") && near.load.openCalls === 0, t.signal);
      assert.deepEqual(near.load.freeBuffer, { messages: 256, bytes: 1024 * 1024 });
      assert.ok(log.length < 500, `${log.length} produced`);
    });

    test("a stream that fails gives the items before, the error once, and then its end", async (t) => {
      const { client } = await connect(t);
      const stream = client.failAfter(3);
      assert.equal((await stream.next()).value, 0);
      assert.equal((await stream.next()).value, 1);
      assert.equal((await stream.next()).value, 2);
      isRemoteError(await failure(stream.next()), "RAN_DRY");
      assert.deepEqual(await stream.next(), { done: true, value: undefined });
    });

    test("a stream is read once, by one next at a time, and costs nothing before", async (t) => {
      const { near, client, log } = await connect(t);
      const stream = client.count(2);
      await near.flush();
      assert.deepEqual(log, []);
      const first = stream.next();
      isPipeError(await failure(stream.next()), "STREAM_OVERLAP");
      assert.equal((await first).value, 0);
      stream[Symbol.asyncIterator]();
      assert.throws(() => stream[Symbol.asyncIterator](), { code: "STREAM_USED" });
      await stream.return();
    });

    test("a stream's signal and deadline end it, also while the producer sleeps", async (t) => {
      const { near, client } = await connect(t);
      const seen: number[] = [];
      const readOut = async () => {
        for await (const item of client.sleepyStream(undefined, { deadlineMs: 50 })) seen.push(item);
      };
      isPipeError(await failure(readOut()), "DEADLINE_EXCEEDED");
      assert.ok(seen.length <= 1, "the producer sleeps after its first item");
      const controller = new AbortController();
      const other = client.sleepyStream(undefined, { signal: controller.signal });
      assert.equal((await other.next()).value, 1);
      controller.abort();
      isPipeError(await failure(other.next()), "CALL_CANCELLED");
      await until(() => near.load.openCalls === 0, t.signal);
    });

    test("a reader that stalls stops its producer, and nothing else", async (t) => {
      const { near, client, log } = await connect(t);
      const stalled = client.count(1_000_000);
      assert.equal((await stalled.next()).value, 0);
      await until(() => stalled.buffered >= 127, t.signal);
      await near.flush();
      await near.flush();
      const produced = log.length;
      assert.ok(stalled.buffered <= 256 && produced <= 257, `${stalled.buffered} buffered, ${produced} produced`);
      let sum = 0;
      for await (const item of client.count(2000)) sum += item;
      assert.equal(sum, 1_999_000);
      assert.equal(await client.add({ a: 1, b: 2 }), 3);
      assert.ok(stalled.buffered <= 256);
      await stalled.return();
    });

    test("a stalled reader of large items holds at most the bytes of the limit and one item", async (t) => {
      const { near, client } = await connect(t);
      const stalled = client.blobs({ a: 1000, b: 100_000 });
      await stalled.next();
      for (let i = 0; i < 5; i++) await near.flush();
      assert.ok((stalled.buffered + 1) * 100_000 <= 1024 * 1024 + 100_000, `${stalled.buffered} items`);
      await stalled.return();
      let read = 0;
      for await (const blob of client.blobs({ a: 30, b: 100_000 })) {
        assert.equal(blob[99_999], read++);
      }
      assert.equal(read, 30);
    });

    test("more streams than the buffer has room for all go on", async (t) => {
      const { near, client } = await connect(t, { limits: { messages: 8 } });
      const streams = Array.from({ length: 40 }, () => client.count(50));
      await Promise.all(streams.map((stream) => stream.next()));
      const held = streams.reduce((sum, stream) => sum + stream.buffered, 0);
      assert.ok(held <= 8 + 40, `${held} held`);
      const rest = await Promise.all(
        streams.map(async (stream) => {
          let count = 0;
          for await (const _ of stream) count += 1;
          return count;
        }),
      );
      assert.deepEqual(new Set(rest), new Set([49]));
      assert.deepEqual(near.load.freeBuffer, { messages: 8, bytes: 1024 * 1024 });
    });

    test("calls beyond the peer's places wait, and beyond the waiting line are refused without being run", async (t) => {
      const { near, far, client, log } = await connect(t, { limits: { waitingCalls: 5 } }, { limits: { calls: 8 } });
      await near.flush();
      const controller = new AbortController();
      const calls = Array.from({ length: 14 }, () => failure(client.wait(60_000, { signal: controller.signal })));
      const refused = isPipeError(await calls[13]!, "QUEUE_FULL");
      assert.equal(mayHaveRun(refused), false);
      await until(() => log.length === 8, t.signal);
      assert.deepEqual([near.load.openCalls, near.load.waitingCalls, far.load.runningHandlers], [8, 5, 8]);
      assert.equal((await near.queryVersion(calculator))?.version, 3, "control requests have places of their own");
      controller.abort();
      const errors = await Promise.all(calls);
      assert.equal(errors.filter((error) => mayHaveRun(error)).length, 8);
      await until(() => near.load.openCalls === 0, t.signal);
      assert.equal(await client.wait(1), 1);
    });

    test("flush resolves when everything called before has been dispatched", async (t) => {
      const { near, client, log } = await connect(t);
      const calls = Array.from({ length: 100 }, () => client.wait(5));
      await near.flush();
      assert.equal(log.length, 100);
      await Promise.all(calls);
    });

    test("a version query tells name, version and ordinals, or null", async (t) => {
      const { near } = await connect(t);
      const version = await near.queryVersion(calculator);
      assert.deepEqual([version?.name, version?.version, version?.ordinals.length], ["calculator", 3, 14]);
      assert.equal(await near.queryVersion({ id: 77 }), null);
    });

    test("closing ends the pending calls of both sides, once, each with its own account", async (t) => {
      const { near, far, client, log } = await connect(t);
      const back = remote(far, calculator);
      serveCalculator(near);
      const ours = failure(client.wait(60_000));
      const theirs = failure(back.wait(60_000));
      await until(() => log.length === 1, t.signal);
      await far.flush();
      const heard: CloseReason[] = [];
      far.onClosed((reason) => heard.push(reason));
      near.close("going home");
      near.close("again");
      assert.equal(mayHaveRun(isPipeError(await ours, "PIPE_CLOSED")), true);
      assert.equal(mayHaveRun(isPipeError(await theirs, "PEER_GONE")), true);
      assert.deepEqual(await far.closed, { by: "peer", code: "done", message: "going home" });
      assert.deepEqual(await near.closed, { by: "us", code: "done", message: "going home" });
      await until(() => log.includes("wait 60000 aborted"), t.signal);
      assert.equal(heard.length, 1);
      const late = isPipeError(await failure(client.add({ a: 1, b: 1 })), "PIPE_CLOSED");
      assert.equal(mayHaveRun(late), false);
      isPipeError(await failure(back.add({ a: 1, b: 1 })), "PEER_GONE");
    });

    test("a call that the closing peer did not dispatch is known not to have run", async (t) => {
      const { far, client, log } = await connect(t);
      await client.add({ a: 0, b: 0 });
      far.close("full");
      const error = isPipeError(await failure(client.add({ a: 1, b: 1 })), "PEER_GONE");
      assert.equal(mayHaveRun(error), false);
      assert.deepEqual(log, ["add 0 0"]);
    });

    test("a stream whose peer goes gives what came before, then peer-gone", async (t) => {
      const { far, client } = await connect(t);
      const stream = client.sleepyStream();
      const first = await stream.next();
      assert.equal(first.value, 1);
      far.close();
      isPipeError(await failure(stream.next()), "PEER_GONE");
      assert.deepEqual(await stream.next(), { done: true, value: undefined });
    });

    test("a message reported bad closes the pipe and tells the peer why", async (t) => {
      const { near, far, client } = await connect(t);
      isPipeError(await failure(client.accuse(13)), "PEER_GONE");
      assert.deepEqual(await near.closed, { by: "peer", code: "bad-message", message: "13 is an insult" });
      assert.equal((await far.closed).by, "us");
    });

    test("a body that cannot be carried ends its call alone; elsewhere it arrives", async (t) => {
      const { client } = await connect(t);
      const outcome = await client.unsendable().catch((error: Error) => isRemoteError(error, "BODY_UNSENDABLE"));
      assert.ok(typeof outcome === "function" || outcome instanceof RemoteError);
      const input = await client.lie(() => 1).catch((error: unknown) => error);
      assert.ok(input instanceof PipeError);
      assert.ok(["BODY_UNSENDABLE", "OUTPUT_INVALID"].includes(input.code), input.code);
      const seen: unknown[] = [];
      const broken = await (async () => {
        for await (const item of client.unsendableItems()) seen.push(item);
      })().catch((error: Error) => isRemoteError(error, "BODY_UNSENDABLE"));
      assert.equal(seen[0], 1);
      assert.equal(seen.length, broken === undefined ? 3 : 1);
      assert.equal(await client.add({ a: 1, b: 1 }), 2);
    });

    test("a transferred buffer arrives whole", async (t) => {
      const { client } = await connect(t);
      const input = new Uint8Array(100_000).fill(7);
      const output = await client.double(transfer(input, [input.buffer]));
      assert.equal(output.length, 200_000);
      assert.equal(output[199_999], 7);
    });

    test("await using closes an endpoint", async (t) => {
      const { near, far } = await connect(t);
      {
        await using scoped = near;
        await scoped.flush();
      }
      assert.equal((await far.closed).code, "done");
    });

    test("dialling nobody, a taken address, a wrong address and an aborted dial are told apart", async () => {
      const listener = await binding.listen("", () => {});
      isPipeError(await failure(binding.listen(listener.address, () => {})), "ADDRESS_TAKEN");
      isPipeError(await failure(binding.dial(listener.address, { signal: AbortSignal.abort() })), "DIAL_CANCELLED");
      isPipeError(await failure(binding.dial("nonsense")), "ADDRESS_INVALID");
      await listener.close();
      isPipeError(await failure(binding.dial(listener.address)), "ADDRESS_UNKNOWN");
    });
  });
}
