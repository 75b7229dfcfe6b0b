// Random interleavings of two real endpoints over a simulated way and clock: calls, streams, cancels, deadlines, slow delivery, closing
// and cutting in any order. What must hold is checked after every step and at the end.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { defineInterface, Endpoint, mayHaveRun, PipeError, RemoteError, receive, remote, unchecked } from "../src/index.ts";
import type { RemoteStream } from "../src/remote-stream.ts";
import { ManualClock, type SimulatedPort, simulatedPair } from "./simulator.ts";

const racing = defineInterface({
  name: "racing",
  version: 1,
  methods: {
    hold: { ordinal: 1, kind: "call", input: unchecked<number>(), output: unchecked<number>() },
    numbers: {
      ordinal: 2,
      kind: "stream",
      input: unchecked<{ call: number; count: number; size: number }>(),
      output: unchecked<Uint8Array>(),
    },
  },
});

type Step =
  | { readonly do: "call"; readonly deadlineMs: number | undefined }
  | { readonly do: "stream"; readonly count: number; readonly size: number }
  | { readonly do: "read" | "leave" | "abort" | "answer" | "throw"; readonly pick: number }
  | { readonly do: "deliver"; readonly to: 0 | 1; readonly count: number }
  | { readonly do: "tick"; readonly ms: number }
  | { readonly do: "close"; readonly side: 0 | 1 }
  | { readonly do: "cut" };

const pick = fc.nat(1000);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 80,
    arbitrary: fc.record({
      do: fc.constant("call" as const),
      deadlineMs: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
    }),
  },
  {
    weight: 40,
    arbitrary: fc.record({
      do: fc.constant("stream" as const),
      count: fc.nat(40),
      size: fc.constantFrom(0, 10, 30_000, 200_000),
    }),
  },
  { weight: 80, arbitrary: fc.record({ do: fc.constant("read" as const), pick }) },
  {
    weight: 60,
    arbitrary: fc.record({ do: fc.constantFrom("leave" as const, "abort" as const, "answer" as const, "throw" as const), pick }),
  },
  {
    weight: 140,
    arbitrary: fc.record({
      do: fc.constant("deliver" as const),
      to: fc.constantFrom(0 as const, 1 as const),
      count: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 30, arbitrary: fc.record({ do: fc.constant("tick" as const), ms: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("close" as const), side: fc.constantFrom(0 as const, 1 as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cut" as const) }) },
);

interface CallRecord {
  readonly id: number;
  readonly controller: AbortController;
  readonly answers: unknown[];
}

interface StreamRecord {
  readonly id: number;
  readonly size: number;
  readonly stream: RemoteStream<Uint8Array>;
  readonly controller: AbortController;
  reading: Promise<void> | undefined;
  seen: number;
  endings: number;
}

const limits = { messages: 8, bytes: 65_536, calls: 8, waitingCalls: 6 };

class Race {
  readonly clock = new ManualClock();
  readonly ports: readonly [SimulatedPort, SimulatedPort] = simulatedPair();
  readonly ends: readonly [Endpoint, Endpoint];
  readonly calls: CallRecord[] = [];
  readonly streams: StreamRecord[] = [];
  readonly ran = new Set<number>();
  readonly held: { readonly resolve: (n: number) => void; readonly reject: (e: Error) => void }[] = [];
  readonly client;
  // What went wrong inside a promise, thrown by the next check: an assertion there would fail nobody.
  readonly faults: unknown[] = [];
  #next = 0;

  constructor() {
    const options = { limits, clock: this.clock };
    this.ends = [new Endpoint(this.ports[0], options), new Endpoint(this.ports[1], options)];
    const { ran, held, faults } = this;
    receive(this.ends[1], racing, {
      hold(id) {
        if (ran.has(id)) faults.push(new Error(`call ${id} ran twice`));
        ran.add(id);
        const { promise, resolve, reject } = Promise.withResolvers<number>();
        held.push({ resolve, reject });
        return promise;
      },
      async *numbers({ call, count, size }) {
        ran.add(call);
        for (let i = 0; i < count; i++) yield new Uint8Array(size + 1).fill(i, 0, 1);
      },
    });
    this.client = remote(this.ends[0], racing);
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case "call":
        this.#call(step.deadlineMs);
        break;
      case "stream":
        this.#stream(step.count, step.size);
        break;
      case "read":
        this.#read(this.streams[step.pick % this.streams.length]);
        break;
      case "leave":
        void this.streams[step.pick % this.streams.length]?.stream.return();
        break;
      case "abort":
        [...this.calls, ...this.streams][step.pick % (this.calls.length + this.streams.length)]?.controller.abort();
        break;
      case "answer":
        this.held[step.pick % this.held.length]?.resolve(step.pick);
        break;
      case "throw":
        this.held[step.pick % this.held.length]?.reject(new Error("thrown"));
        break;
      case "deliver":
        this.ports[step.to].deliver(step.count);
        break;
      case "tick":
        this.clock.advance(step.ms);
        break;
      case "close":
        this.ends[step.side].close();
        break;
      case "cut":
        for (const port of this.ports) port.cut();
    }
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.check();
  }

  check(): void {
    if (this.faults.length > 0) throw this.faults[0];
    for (const end of this.ends) {
      const { waitingCalls, openCalls, runningHandlers, queuedAnswers, inTransit, freeBuffer } = end.load;
      assert.ok(waitingCalls <= limits.waitingCalls && openCalls <= limits.calls && runningHandlers <= limits.calls);
      assert.ok(inTransit.messages <= limits.messages, `${inTransit.messages} messages under way`);
      assert.ok(inTransit.bytes <= limits.bytes + 200_001, `${inTransit.bytes} bytes under way`);
      assert.ok(queuedAnswers <= 2 * limits.calls, `${queuedAnswers} answers queued`);
      assert.ok(freeBuffer.messages >= -limits.calls, "shares beyond the pool are at most one message each");
      assert.ok(freeBuffer.messages <= limits.messages);
      assert.ok(end.closeReason?.code !== "frame-invalid", `${end.closeReason?.message}`);
    }
    const buffered = this.streams.reduce((sum, record) => sum + record.stream.buffered, 0);
    assert.ok(buffered <= limits.messages + limits.calls, `${buffered} items buffered`);
    for (const call of this.calls) assert.ok(call.answers.length <= 1, `call ${call.id} was answered twice`);
    for (const port of this.ports) {
      const control = port.inbox.filter((frame) => frame.kind === "grant" || frame.kind === "credit" || frame.kind === "cancel");
      assert.ok(control.length <= 64, `${control.length} control frames under way`);
    }
  }

  /** Lets everything end: handlers answer, frames arrive, streams are read out; then the way is cut. */
  async finish(): Promise<void> {
    for (const handler of this.held) handler.resolve(0);
    for (let round = 0; round < 400; round++) {
      for (const handler of this.held) handler.resolve(0);
      for (const record of this.streams) this.#read(record);
      await this.take({ do: "deliver", to: 1, count: 64 });
      await this.take({ do: "deliver", to: 0, count: 64 });
      const open = this.ends[0].load.openCalls + this.ends[0].load.waitingCalls;
      if (open === 0 && this.streams.every((record) => record.endings > 0)) break;
    }
    if (this.ends.every((end) => end.closeReason === undefined)) {
      assert.ok(
        this.calls.every((call) => call.answers.length === 1),
        "an open pipe answers every call",
      );
      assert.equal(this.ends[1].load.runningHandlers, 0);
      assert.deepEqual(this.ends[0].load.freeBuffer, { messages: limits.messages, bytes: limits.bytes }, "all credit comes back");
    }
    await this.take({ do: "cut" });
    for (const call of this.calls) assert.equal(call.answers.length, 1, `call ${call.id} has exactly one answer`);
    for (const record of this.streams) {
      await record.reading;
      for (let i = 0; i < 20 && record.endings === 0; i++) {
        this.#read(record);
        await record.reading;
      }
      assert.equal(record.endings, 1, `stream ${record.id} ends once`);
    }
    assert.equal(this.clock.pending, 0, "no timer outlives its call");
    for (const end of this.ends)
      assert.deepEqual([end.load.openCalls, end.load.runningHandlers, end.load.queuedAnswers], [0, 0, 0]);
    for (const port of this.ports) {
      const close = port.delivered.findIndex((frame) => frame.kind === "close");
      assert.ok(close === -1 || close === port.delivered.length - 1, "nothing is delivered after close");
    }
  }

  #call(deadlineMs: number | undefined): void {
    this.#next += 1;
    const record: CallRecord = { id: this.#next, controller: new AbortController(), answers: [] };
    this.calls.push(record);
    this.client.hold(record.id, { signal: record.controller.signal, deadlineMs }).then(
      (value) => record.answers.push(value),
      (error: unknown) => {
        record.answers.push(error);
        this.#judge(error, record.id);
      },
    );
  }

  #stream(count: number, size: number): void {
    this.#next += 1;
    const controller = new AbortController();
    const stream = this.client.numbers({ call: this.#next, count, size }, { signal: controller.signal });
    this.streams.push({ id: this.#next, size, stream, controller, reading: undefined, seen: 0, endings: 0 });
  }

  #read(record: StreamRecord | undefined): void {
    if (record === undefined || record.reading !== undefined || record.endings > 0) return;
    record.reading = record.stream.next().then(
      (result) => {
        record.reading = undefined;
        if (result.done === true) record.endings += 1;
        else {
          const { 0: first, length } = result.value;
          if (first !== record.seen || length !== record.size + 1)
            this.faults.push(new Error(`item ${record.seen} of stream ${record.id} is ${first}`));
          record.seen += 1;
        }
      },
      (error: unknown) => {
        record.reading = undefined;
        record.endings += 1;
        this.#judge(error, record.id);
      },
    );
  }

  #judge(error: unknown, id: number): void {
    if (!(error instanceof PipeError || error instanceof RemoteError)) this.faults.push(error);
    else if (!mayHaveRun(error) && this.ran.has(id)) this.faults.push(new Error(`call ${id} ran, yet: ${error.message}`));
  }
}

test("every call ends exactly once, nothing follows a close, and no queue passes its bound, in any interleaving", async () => {
  let closed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 150 }), async (steps) => {
      const race = new Race();
      for (const one of steps) await race.take(one);
      if (race.ends.some((end) => end.closeReason !== undefined)) closed += 1;
      await race.finish();
    }),
    { seed: 20261124, numRuns: 300 },
  );
  assert.ok(closed > 20, `only ${closed} of the runs lost their pipe midway`);
});
