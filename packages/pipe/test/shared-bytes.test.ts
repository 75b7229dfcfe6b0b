import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { overPort, PipeError, receive, remote, SharedBytes, shareBytes, unixSocket } from "../src/index.ts";
import { failure } from "./conformance.ts";
import { dying } from "./fixtures/dying.ts";
import { echo, echoing } from "./fixtures/echo.ts";

test("shared bytes are read by another thread where they lie, and a view of them cannot write", async (t) => {
  const worker = new Worker(new URL("./fixtures/dying-worker.ts", import.meta.url));
  t.after(() => worker.terminate());
  const buffer = shareBytes(Uint8Array.of(0, 0, 0, 0));
  const bytes = new SharedBytes(buffer);
  const client = remote(overPort(worker), dying);
  const blocked = client.block(buffer); // the worker waits in this very memory
  assert.deepEqual([bytes.length, bytes.at(0), [...bytes], bytes.at(9)], [4, 0, [0, 0, 0, 0], undefined]);
  new Uint8Array(buffer)[0] = 1;
  Atomics.notify(new Int32Array(buffer), 0);
  await blocked;
  const copy = bytes.slice(0, 2);
  copy[0] = 99;
  assert.equal(bytes.at(0), 1);
});

test("shared bytes do not leave their process", async () => {
  await using listener = await unixSocket.listen("", (endpoint) => void receive(endpoint, echo, echoing));
  await using endpoint = await unixSocket.dial(listener.address);
  const error = await failure(remote(endpoint, echo).echo({ shared: shareBytes(new Uint8Array(8)) }));
  assert.ok(error instanceof PipeError && error.code === "BODY_UNSENDABLE");
});
