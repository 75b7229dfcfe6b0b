import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { MessageChannel, Worker } from "node:worker_threads";
import { mayHaveRun, overPort, PipeError, receive, remote, threads, transfer } from "../src/index.ts";
import { failure, until } from "./conformance.ts";
import { dying } from "./fixtures/dying.ts";

const file = new URL("./fixtures/dying-worker.ts", import.meta.url);

async function spawn() {
  const worker = new Worker(file);
  const endpoint = overPort(worker);
  const client = remote(endpoint, dying);
  assert.equal(await client.echo("up"), "up");
  return { worker, endpoint, client };
}

async function settledOnce(calls: readonly Promise<unknown>[]): Promise<PipeError[]> {
  const errors = await Promise.all(calls.map(failure));
  return errors.map((error) => {
    assert.ok(error instanceof PipeError, error.message);
    assert.equal(error.code, "PEER_GONE");
    return error;
  });
}

describe("a worker that dies in the middle of calls", { timeout: 30_000 }, () => {
  test("terminate: every pending call ends with peer-gone that may have run, waiting ones did not", async (t) => {
    const { worker, endpoint, client } = await spawn();
    const calls = Array.from({ length: 300 }, () => client.forever());
    const settled = settledOnce(calls);
    await until(() => endpoint.load.openCalls === 256, t.signal);
    assert.equal(endpoint.load.waitingCalls, 44);
    await worker.terminate();
    const errors = await settled;
    assert.equal(errors.filter(mayHaveRun).length, 256);
    assert.deepEqual([endpoint.load.openCalls, endpoint.load.waitingCalls], [0, 0]);
    assert.equal((await endpoint.closed).by, "transport");
    const [late] = await settledOnce([client.echo("anyone?")]);
    assert.equal(mayHaveRun(late), false);
  });

  test("process.exit: the reason names the exit code", async () => {
    const { endpoint, client } = await spawn();
    await settledOnce([client.forever(), client.exit(7)]);
    assert.match((await endpoint.closed).message, /exited with code 7/);
  });

  test("an uncaught error: the reason carries its message and this thread lives on", async () => {
    const { endpoint, client } = await spawn();
    await settledOnce([client.forever(), client.crash()]);
    assert.match((await endpoint.closed).message, /boom in the worker/);
  });

  test("a stream gives what came and then peer-gone", async () => {
    const { worker, client } = await spawn();
    const stream = client.ticks();
    for (let i = 0; i < 500; i++) assert.equal((await stream.next()).value, i);
    await worker.terminate();
    let last = 499;
    const error = await failure(
      (async () => {
        for await (const tick of stream) assert.equal(tick, ++last);
      })(),
    );
    assert.ok(error instanceof PipeError && error.code === "PEER_GONE");
  });

  test("a pipe that was dialled by address hears of the death as well", async (t) => {
    const worker = new Worker(file, { workerData: "address" });
    t.after(() => worker.terminate());
    worker.on("error", () => {});
    await once(worker, "message");
    const address = `thread:${worker.threadId}/dying`;
    const endpoint = await threads.dial(address);
    const client = remote(endpoint, dying);
    assert.equal(await client.echo("hello"), "hello");
    const refused = await failure(threads.dial(`thread:${worker.threadId}/other`));
    assert.ok(refused instanceof PipeError && refused.code === "ADDRESS_UNKNOWN");
    const pending = settledOnce([client.forever()]);
    await endpoint.flush();
    await worker.terminate();
    const [error] = await pending;
    assert.equal(mayHaveRun(error), true);
    const gone = await failure(threads.dial(address));
    assert.ok(gone instanceof PipeError && gone.code === "ADDRESS_UNKNOWN");
  });
});

describe("a worker that stands still", { timeout: 30_000 }, () => {
  test("what is on its way to it stays within the allowance, and all of it arrives in the end", async (t) => {
    const { worker, endpoint, client } = await spawn();
    t.after(() => worker.terminate());
    const flag = new SharedArrayBuffer(4);
    const blocked = client.block(flag);
    const sinks = Array.from({ length: 200 }, () => client.sink(new Uint8Array(65_536)));
    await new Promise((resolve) => setTimeout(resolve, 50)); // time for a mistake to show; no figure depends on it
    const { inTransit, waitingCalls } = endpoint.load;
    assert.ok(inTransit.bytes <= 1024 * 1024 + 65_536, `${inTransit.bytes} bytes on their way`);
    assert.ok(inTransit.messages <= 256);
    assert.ok(waitingCalls >= 180, `${waitingCalls} wait`);
    Atomics.store(new Int32Array(flag), 0, 1);
    Atomics.notify(new Int32Array(flag), 0);
    await blocked;
    assert.deepEqual(new Set(await Promise.all(sinks)), new Set([65_536]));
  });

  test("a transferred buffer moves: the sender's is empty afterwards", async (t) => {
    const { worker, endpoint, client } = await spawn();
    t.after(() => worker.terminate());
    const blob = new Uint8Array(1_000_000);
    assert.equal(await client.sink(transfer(blob, [blob.buffer])), 1_000_000);
    assert.equal(blob.byteLength, 0);
    assert.equal(endpoint.closeReason, undefined);
  });
});

describe("a peer that breaks the rules", { timeout: 30_000 }, () => {
  const hello = [0, 1, 256, 1_048_576, 256];

  async function against(...batches: unknown[]) {
    const { port1, port2 } = new MessageChannel();
    const endpoint = overPort(port1);
    receive(endpoint, dying, {
      echo: (text) => text,
      forever: () => new Promise(() => {}),
      exit: () => {},
      crash: () => {},
      block: () => {},
      sink: () => 0,
      async *ticks() {},
    });
    const pending = failure(remote(endpoint, dying).echo("?"));
    for (const batch of batches) port2.postMessage(batch);
    const reason = await endpoint.closed;
    port2.close();
    const error = await pending;
    assert.ok(error instanceof PipeError && error.code === "PIPE_CLOSED", error.message);
    assert.equal(reason.code, "frame-invalid");
    assert.equal(reason.by, "us");
    return reason.message;
  }

  test("is cut off, with what was wanted and what came, before anything is dispatched", async () => {
    assert.match(await against("hi"), /wanted an array of frames; got string/);
    assert.match(await against([[1, 1]]), /wanted a call with its ten fields/);
    assert.match(await against([[2, 1, 0, null]]), /wanted hello as the first frame; got reply/);
    assert.match(await against([[0, 2, 256, 1_048_576, 256]]), /wanted pipe protocol 1; got 2/);
    assert.match(await against([[0, 1, 1, 1, 1]]), /at least the first allowance/);
    assert.match(await against([hello, hello]), /wanted one hello; got another/);
    assert.match(await against([hello, [99]]), /wanted a known tag; got \[99\]/);
    assert.match(await against([hello, [2, 77, 0, null]]), /an answer to an open call; got reply for id 77/);
    assert.match(await against([hello], [[4, 1, 0, null]]), /an answer that fits a call; got item for id 1/);
    assert.match(await against([hello], [[9, 500, 0]]), /credit for what was sent; got 500 messages/);
    const call = (id: number) => [1, id, 0, undefined, 0, 2, 0, 0, 0, 0];
    assert.match(await against([hello, call(5), call(5)]), /a call id above 5; got 5/);
    assert.match(await against([hello, ...Array.from({ length: 257 }, (_, i) => call(i + 1))]), /at most 256 open calls/);
  });

  test("cannot make answers pile up by asking without acknowledging", async () => {
    const flush = (id: number) => [1, id, 0, undefined, 0, 0xffff_fffe, 0, 0, 0, 0];
    const message = await against([hello, ...Array.from({ length: 2000 }, (_, i) => flush(i + 1))]);
    assert.match(message, /a peer that acknowledges what it asked for/);
  });

  test("cannot send items beyond the credit it was given", async (t) => {
    const { port1, port2 } = new MessageChannel();
    const endpoint = overPort(port1);
    t.after(() => port2.close());
    const stream = remote(endpoint, dying).ticks();
    const first = failure(
      (async () => {
        for await (const _ of stream) await new Promise(() => {});
      })(),
    );
    port2.postMessage([hello]);
    await until(() => endpoint.load.openCalls === 1, t.signal);
    port2.postMessage(Array.from({ length: 200 }, (_, i) => [4, 1, 0, i]));
    assert.match((await endpoint.closed).message, /items within the stream's credit/);
    void first; // its reader never comes back: the stream is simply dropped with the pipe
  });
});
