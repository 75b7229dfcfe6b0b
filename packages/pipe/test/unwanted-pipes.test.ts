// Pipes in bodies that nobody gets: each way a body can be lost is gone many times, and then both ends have as many pipes as before.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type CallContext, CallError, Endpoint, type PipeEnd, pipeEnds, type ServedMethod } from "../src/index.ts";
import { failure, until } from "./conformance.ts";
import { type Joined, join } from "./joined.ts";
import { simulatedPair } from "./simulator.ts";

const timeout = 20_000;
// More than a connection keeps for bodies that have not come.
const times = 100;

// Far side: what it does with a body that holds an end, by ordinal.
const [failNow, failLater, answer, answerOdd, keep, streamEnds, shut] = [1, 2, 3, 4, 5, 6, 7];

function serve(endpoint: Endpoint, kept: Endpoint[]): void {
  const call = (run: (input: unknown, context: CallContext) => unknown) => ({ kind: "call", run }) as const;
  const fresh = () => {
    const [mine, theirs] = pipeEnds();
    kept.push(mine.bind());
    return theirs;
  };
  endpoint.serve({
    interfaceId: 0,
    name: "wasteful",
    version: 1,
    methods: new Map<number, ServedMethod>([
      [
        failNow,
        call(() => {
          throw new CallError("NO", "no");
        }),
      ],
      [failLater, call(() => Promise.reject(new CallError("NO", "not now")))],
      [answer, call(() => ({ end: fresh() }))],
      [shut, call(() => endpoint.close())],
      [answerOdd, call(() => ({ end: fresh(), odd() {} }))],
      [
        keep,
        call((input) => {
          const inner = (input as { end: PipeEnd }).end.bind(); // why: what this test sends
          serve(inner, kept);
          kept.push(inner);
        }),
      ],
      [
        streamEnds,
        {
          kind: "stream",
          async *run() {
            for (;;) yield { end: fresh() };
          },
        },
      ],
    ]),
  });
}

function ask(endpoint: Endpoint, ordinal: number, body?: unknown, options?: { signal?: AbortSignal }): Promise<unknown> {
  return endpoint.request({ interfaceId: 0, ordinal, kind: "call", label: "a wasteful call" }, body, options);
}

/** An inner pipe on the same connection, which may be closed without the connection. */
async function inner({ near }: Joined): Promise<Endpoint> {
  const [mine, theirs] = pipeEnds();
  await ask(near, keep, { end: theirs });
  return mine.bind({ limits: { messages: 8 } });
}

const ways: Readonly<Record<string, (joined: Joined, kept: Endpoint[]) => Promise<void>>> = {
  "a call to a pipe that was closed there meanwhile": async (joined, kept) => {
    const pipe = await inner(joined);
    await ask(pipe, 99).catch(() => {});
    const [mine, theirs] = pipeEnds();
    const watched = mine.bind();
    kept.at(-1)!.close();
    await failure(ask(pipe, failNow, { end: theirs }));
    await watched.closed;
  },
  "an answer to a pipe that was closed here meanwhile": async (joined, kept) => {
    const pipe = await inner(joined);
    const pending = failure(ask(pipe, answer));
    const count = kept.length;
    pipe.close();
    await pending;
    await until(() => kept.length > count || kept.at(-1)!.closeReason !== undefined, AbortSignal.timeout(5000));
    for (const endpoint of kept) await endpoint.closed;
  },
  "answers that wait for credit when their pipe is closed": async (joined, kept) => {
    const pipe = await inner(joined);
    await ask(pipe, 99).catch(() => {});
    const from = kept.length;
    const calls = Array.from({ length: 30 }, () => ask(pipe, answer).then((body) => (body as { end: PipeEnd }).end.drop())); // why: served above
    await failure(ask(pipe, shut));
    await Promise.allSettled(calls);
    assert.equal(kept.length, from + 30);
    for (const endpoint of kept) await endpoint.closed;
  },
  "a call whose handler throws": async ({ near }) => {
    const [mine, theirs] = pipeEnds();
    const watched = mine.bind();
    await failure(ask(near, failNow, { end: theirs }));
    await watched.closed;
  },
  "a call whose handler rejects": async ({ near }) => {
    const [mine, theirs] = pipeEnds();
    const watched = mine.bind();
    await failure(ask(near, failLater, { deep: { end: [theirs] } }));
    await watched.closed;
  },
  "an end whose other end was closed before": async ({ near }, kept) => {
    const [mine, theirs] = pipeEnds();
    mine.bind().close();
    await ask(near, keep, { end: theirs });
    await kept.at(-1)!.closed;
  },
  "an answer that cannot be carried": async ({ near }, kept) => {
    await failure(ask(near, answerOdd));
    await kept.at(-1)!.closed;
  },
  "an answer that came too late": async ({ near }, kept) => {
    const controller = new AbortController();
    const pending = failure(ask(near, answer, undefined, { signal: controller.signal }));
    controller.abort();
    await pending;
    await near.flush();
    for (const endpoint of kept) await endpoint.closed;
  },
  "items of a stream that is left": async ({ near }, kept) => {
    let came = 0;
    const sink = { item: () => (came += 1), done() {}, fail() {} };
    const call = near.open({ interfaceId: 0, ordinal: streamEnds, kind: "stream", label: "a wasteful stream" }, undefined, {
      ...sink,
      item(body) {
        came += 1;
        (body as { end: PipeEnd }).end.drop(); // why: served above
      },
    });
    await until(() => came > 2, AbortSignal.timeout(5000));
    near.stop(call);
    await near.flush();
    for (const endpoint of kept) await endpoint.closed;
  },
};

for (const [what, waste] of Object.entries(ways))
  test(`${what}: the pipes in it are closed at both ends`, { timeout }, async (t) => {
    const joined = join(t);
    const kept: Endpoint[] = [];
    serve(joined.far, kept);
    await joined.near.flush();
    assert.deepEqual(joined.pipes, [1, 1]);
    for (let i = 0; i < (what.startsWith("items") ? 10 : times); i++) {
      await waste(joined, kept);
      for (const endpoint of kept.splice(0)) endpoint.close();
    }
    await until(() => joined.pipes[0] === 1 && joined.pipes[1] === 1, t.signal);
  });

test("a stream that is cancelled before its handler began has not taken the pipe in its input", { timeout }, async () => {
  const [port, peer] = simulatedPair();
  const endpoint = new Endpoint(port);
  let begun = false;
  serve(endpoint, []);
  endpoint.serve({
    interfaceId: 1,
    name: "late",
    version: 1,
    methods: new Map([
      [
        1,
        {
          kind: "stream" as const,
          async *run() {
            begun = true;
            yield 1;
          },
        },
      ],
    ]),
  });
  const [mine, theirs] = pipeEnds();
  const watched = mine.bind();
  const call = {
    kind: "call",
    interfaceId: 0,
    ordinal: 99,
    stream: false,
    deadlineMs: 0,
    messages: 0,
    bytes: 0,
    size: 0,
  } as const;
  peer.send({ kind: "hello", protocol: 1, messages: 8, bytes: 65_536, calls: 8 });
  for (let id = 1; id <= 8; id++) peer.send({ ...call, id, body: undefined }); // their answers use the allowance up
  peer.send({ ...call, id: 9, interfaceId: 1, ordinal: 1, stream: true, messages: 8, bytes: 1000, body: { end: theirs } });
  port.deliver(10);
  await new Promise(setImmediate);
  peer.send({ kind: "cancel", id: 9 });
  peer.send({ kind: "credit", messages: 8, bytes: 0 });
  port.deliver(2);
  await watched.closed;
  assert.equal(begun, false);
});
