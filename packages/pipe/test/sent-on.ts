// An end of a pipe that goes from one agent to a hub and from there to another agent, each over a binding of its own.
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import {
  type Binding,
  defineInterface,
  type Endpoint,
  type PipeEnd,
  pipeEnds,
  receive,
  receiveBytes,
  remote,
  sendBytes,
  unchecked,
} from "../src/index.ts";
import { failure, until } from "./conformance.ts";

const desk = defineInterface({
  name: "desk",
  version: 1,
  id: 50,
  methods: {
    take: { ordinal: 1, kind: "call", input: unchecked<{ end: PipeEnd }>() },
    fetch: { ordinal: 2, kind: "call", output: unchecked<{ end: PipeEnd }>() },
  },
});

interface Item {
  readonly n: number;
  readonly text: string;
  readonly parts: readonly { readonly bytes: Uint8Array }[];
}

const work = defineInterface({
  name: "work",
  version: 1,
  methods: {
    note: { ordinal: 1, kind: "call", input: unchecked<{ n: number; fill?: unknown }>(), output: unchecked<number>() },
    items: { ordinal: 2, kind: "stream", input: unchecked<{ count: number; text: string }>(), output: unchecked<Item>() },
    hang: { ordinal: 3, kind: "call", input: unchecked<number>() },
    pass: { ordinal: 4, kind: "call", input: unchecked<{ end: PipeEnd }>(), output: unchecked<{ end: PipeEnd }>() },
    size: { ordinal: 5, kind: "call", input: unchecked<{ end: PipeEnd }>(), output: unchecked<number>() },
    odd: { ordinal: 6, kind: "call", input: unchecked<{ odd?: unknown }>(), output: unchecked<unknown>() },
    oddItems: { ordinal: 7, kind: "stream", output: unchecked<unknown>() },
  },
});

/** Who does the work at the far end of a pipe. */
class Worker {
  readonly log: number[] = [];
  readonly remaining: (number | undefined)[] = [];
  aborted = 0;
  running = 0;

  readonly endpoints: Endpoint[] = [];

  serve(endpoint: Endpoint): Endpoint {
    const worker = this;
    worker.endpoints.push(endpoint);
    receive(endpoint, work, {
      note({ n }) {
        worker.log.push(n);
        return n + 1;
      },
      async *items({ count, text }) {
        for (let n = 0; n < count; n++) yield { n, text, parts: [{ bytes: new Uint8Array(300).fill(n) }] };
      },
      hang: (_, context) => {
        worker.running += 1;
        worker.remaining.push(context.remainingMs());
        return new Promise((_, reject) =>
          context.signal.addEventListener("abort", () => {
            worker.aborted += 1;
            reject(new Error("aborted"));
          }),
        );
      },
      pass({ end }) {
        worker.serve(end.bind());
        const [mine, theirs] = pipeEnds();
        worker.serve(mine.bind());
        return { end: theirs };
      },
      async size({ end }) {
        let sum = 0;
        for await (const chunk of receiveBytes(end)) sum += chunk.length;
        return sum;
      },
      odd: ({ odd }) => (odd === undefined ? new Map([[1, { odd() {} }]]) : "carried"),
      async *oddItems() {
        yield 1;
        yield { odd() {} };
        yield 3;
      },
    });
    return endpoint;
  }
}

/** Registers the tests of ends that come over `first` and go on over `second`. */
export function sentOn(first: Binding, second: Binding): void {
  async function open(t: TestContext) {
    const hub = { first: await meet(t, first), second: await meet(t, second) };
    const worker = new Worker();
    const arrived = Promise.withResolvers<Endpoint>();
    receive(hub.second.agent, desk, {
      take({ end }) {
        const endpoint = worker.serve(end.bind());
        arrived.resolve(endpoint);
      },
      fetch() {
        throw new Error("nothing to fetch here");
      },
    });
    // The hub passes on what it gets: it neither binds nor reads it.
    let before = async (): Promise<void> => {};
    const made: PipeEnd[] = [];
    receive(hub.first.hub, desk, {
      async take({ end }) {
        await before();
        await remote(hub.second.hub, desk).take({ end });
      },
      fetch: () => ({ end: made.shift()! }),
    });
    t.after(() => {
      for (const one of worker.endpoints) one.close();
    });
    return {
      worker,
      made,
      agent: remote(hub.first.agent, desk),
      hub,
      arrived: arrived.promise,
      wait(run: () => Promise<void>) {
        before = run;
      },
      async link() {
        const [mine, theirs] = pipeEnds();
        const near = mine.bind();
        t.after(() => near.close());
        await remote(hub.first.agent, desk).take({ end: theirs });
        return { near, client: remote(near, work, { validate: false }) };
      },
    };
  }

  describe(`an end that came over ${first.name} and goes on over ${second.name}`, { timeout: 20_000 }, () => {
    test("brings what was sent on it before, at each stop, in order; and then many more", async (t) => {
      const { agent, worker, wait } = await open(t);
      const [mine, theirs] = pipeEnds();
      const near = mine.bind();
      const client = remote(near, work, { validate: false });
      const answers: Promise<number>[] = [];
      const note = (n: number) => answers.push(client.note({ n }));
      note(0);
      note(1);
      const entered = Promise.withResolvers<void>();
      const leave = Promise.withResolvers<void>();
      wait(() => {
        entered.resolve();
        return leave.promise;
      });
      const taken = agent.take({ end: theirs });
      note(2);
      await entered.promise;
      note(3);
      await new Promise((resolve) => setTimeout(resolve, 20));
      note(4);
      leave.resolve();
      await taken;
      for (let n = 5; n < 700; n++) note(n);
      assert.deepEqual(
        await Promise.all(answers),
        Array.from({ length: 700 }, (_, n) => n + 1),
      );
      assert.deepEqual(
        worker.log,
        Array.from({ length: 700 }, (_, n) => n),
      );
      await near.flush();
      assert.equal((await near.queryVersion(work))?.name, "work");
      near.close();
    });

    test("carries calls both ways, of every size", async (t) => {
      const { link, arrived } = await open(t);
      const { near, client } = await link();
      const here = new Worker();
      here.serve(near);
      const back = remote(await arrived, work, { validate: false });
      for (const size of [0, 1000, 9000, 70_000, 1_000_000]) {
        const fill = { text: "é".repeat(size / 2), bytes: new Uint8Array(size) };
        assert.deepEqual(await Promise.all([client.note({ n: size, fill }), back.note({ n: size, fill })]), [size + 1, size + 1]);
      }
      const many = Array.from({ length: 60 }, (_, n) => n);
      const fill = "é".repeat(40_000);
      await Promise.all(many.map((n) => Promise.all([client.note({ n, fill: [fill] }), back.note({ n, fill: [[fill]] })])));
      assert.deepEqual(here.log.slice(5), many);
    });

    test("carries streams both ways, within their credit", async (t) => {
      const { link, arrived } = await open(t);
      const { near, client } = await link();
      new Worker().serve(near);
      const back = remote(await arrived, work, { validate: false });
      for (const reader of [client, back]) {
        for (const text of ["", "ab".repeat(3000), "é".repeat(9000)]) {
          let n = 0;
          for await (const item of reader.items({ count: 400, text })) {
            assert.equal(item.n, n++);
            assert.equal(item.text, text);
            assert.equal(item.parts[0]!.bytes[299], item.n % 256);
          }
          assert.equal(n, 400);
        }
        const left = reader.items({ count: 1_000_000, text: "long" });
        for (let n = 0; n < 10; n++) assert.equal((await left.next()).value?.n, n);
        await left.return();
      }
      assert.equal(near.closeReason, undefined);
    });

    test("carries cancellation and the time that remains", async (t) => {
      const { link, worker } = await open(t);
      const { client } = await link();
      const controller = new AbortController();
      const cancelled = failure(client.hang(1, { signal: controller.signal }));
      await until(() => worker.running === 1, t.signal);
      controller.abort();
      await cancelled;
      await until(() => worker.aborted === 1, t.signal);
      const late = await failure(client.hang(2, { deadlineMs: 60 }));
      assert.equal(Reflect.get(late, "code"), "DEADLINE_EXCEEDED");
      await until(() => worker.aborted === 2, t.signal);
      assert.equal(worker.remaining[0], undefined);
      assert.ok(worker.remaining[1]! <= 60);
    });

    test("carries pipes in its own calls and replies, and bytes in bulk", async (t) => {
      const { link, worker } = await open(t);
      const { client } = await link();
      const [mine, theirs] = pipeEnds();
      const inner = remote(mine.bind(), work, { validate: false });
      const early = inner.note({ n: 0 });
      const { end } = await client.pass({ end: theirs });
      assert.equal(await early, 1);
      const given = remote(end.bind(), work, { validate: false });
      assert.deepEqual(await Promise.all([inner.note({ n: 1 }), given.note({ n: 2 }), client.note({ n: 3 })]), [2, 3, 4]);
      const [deep, sent] = pipeEnds();
      const deeper = remote(deep.bind(), work, { validate: false });
      (await given.pass({ end: sent })).end.drop();
      assert.equal(await deeper.note({ n: 4 }), 5);
      assert.equal(worker.log.length, 5);
      const chunks = Array.from({ length: 40 }, () => new Uint8Array(100_000));
      assert.equal(await client.size({ end: sendBytes(ReadableStream.from(chunks)) }), 4_000_000);
    });

    test("says what cannot be carried, and goes on", async (t) => {
      const { link } = await open(t);
      const { near, client } = await link();
      const allowed = ["BODY_UNSENDABLE"];
      const results = await Promise.allSettled([
        client.odd({}),
        client.odd({ odd: () => {} }),
        (async () => {
          for await (const _ of client.oddItems());
        })(),
      ]);
      for (const result of results)
        if (result.status === "rejected") assert.ok(allowed.includes(Reflect.get(result.reason, "code")), String(result.reason));
      assert.equal(await client.note({ n: 1 }), 2);
      assert.equal(near.closeReason, undefined);
      assert.deepEqual(near.load.openCalls, 0);
    });

    test("tells either end when the other closes", async (t) => {
      const { link, arrived, hub } = await open(t);
      const { near } = await link();
      near.close("enough");
      assert.equal((await (await arrived).closed).message, "enough");
      const second = await open(t);
      const { near: other } = await second.link();
      (await second.arrived).close("here too");
      assert.deepEqual(await other.closed, { by: "peer", code: "done", message: "here too" });
      assert.equal(hub.first.hub.closeReason, undefined);
    });

    test("may be one of two that the hub made, each sent to another", async (t) => {
      const { agent, made, hub, arrived } = await open(t);
      const [one, other] = pipeEnds();
      made.push(one);
      const { end } = await agent.fetch();
      const near = end.bind();
      const client = remote(near, work, { validate: false });
      const early = client.note({ n: 1 });
      await remote(hub.second.hub, desk).take({ end: other });
      assert.equal(await early, 2);
      new Worker().serve(near);
      const back = remote(await arrived, work, { validate: false });
      assert.equal(await back.note({ n: 2 }), 3);
      near.close();
    });

    test("is closed when nobody takes it", async (t) => {
      const { hub, agent, wait } = await open(t);
      const [mine, theirs] = pipeEnds();
      const near = mine.bind();
      const target = { interfaceId: 99, ordinal: 1, kind: "call", label: "nobody" } as const;
      receive(
        hub.first.hub,
        { ...desk, id: 51 },
        {
          async take({ end }) {
            await failure(hub.second.hub.request(target, { end }));
          },
          fetch: () => ({ end: theirs }),
        },
      );
      await remote(hub.first.agent, { ...desk, id: 51 }).take({ end: theirs });
      await near.closed;
      wait(() => Promise.reject(new Error("not today")));
      const [again, sent] = pipeEnds();
      const second = again.bind();
      await failure(agent.take({ end: sent }));
      await second.closed;
      assert.equal(hub.first.agent.closeReason, undefined);
    });
  });
}

// A pipe between an agent and the hub.
async function meet(t: TestContext, binding: Binding): Promise<{ readonly agent: Endpoint; readonly hub: Endpoint }> {
  const { promise, resolve } = Promise.withResolvers<Endpoint>();
  const listener = await binding.listen("", resolve);
  const agent = await binding.dial(listener.address);
  const hub = await promise;
  await listener.close();
  t.after(() => {
    agent.close();
    hub.close();
  });
  return { agent, hub };
}
