import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { flushOrdinal } from "../src/control.ts";
import {
  type Associated,
  associate,
  associatedRemote,
  associatedSchema,
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
  writableBytes,
} from "../src/index.ts";
import { failure, until } from "./conformance.ts";

const notes = defineInterface({
  name: "notes",
  version: 1,
  methods: { note: { ordinal: 1, kind: "call", input: unchecked<string>(), output: unchecked<string>() } },
});

const post = defineInterface({
  name: "post",
  version: 1,
  id: 40,
  methods: {
    take: { ordinal: 1, kind: "call", input: unchecked<{ from: string; end: PipeEnd }>() },
    give: { ordinal: 2, kind: "call", output: unchecked<PipeEnd>() },
    giveMany: { ordinal: 3, kind: "stream", input: unchecked<number>(), output: unchecked<PipeEnd[]>() },
    read: { ordinal: 4, kind: "call", input: unchecked<PipeEnd>(), output: unchecked<number>() },
    first: { ordinal: 5, kind: "call", input: unchecked<PipeEnd>(), output: unchecked<number>() },
    picky: { ordinal: 7, kind: "call", input: { parse: refuse } },
    pickyStream: { ordinal: 8, kind: "stream", input: { parse: refuse } },
    bare: { ordinal: 9, kind: "call" },
    watch: { ordinal: 6, kind: "call", input: unchecked<{ by: Associated }>() },
  },
});

function refuse(_input: unknown): { end: PipeEnd } {
  throw new TypeError("nothing is good enough");
}

/** What travels inside bodies, the same over every binding: ends of pipes, bytes in bulk, interfaces of the same pipe. Registers tests. */
export function travelling(binding: Binding): void {
  async function connect(t: TestContext, beforeGiving = () => {}) {
    const log: string[] = [];
    const endpoints: Endpoint[] = [];
    const serveNotes = (endpoint: Endpoint, name: string) => {
      endpoints.push(endpoint);
      receive(endpoint, notes, {
        note(text) {
          log.push(text);
          return `${name}: ${text}`;
        },
      });
      return endpoint;
    };
    const { promise, resolve } = Promise.withResolvers<Endpoint>();
    const listener = await binding.listen("", (far) => {
      receive(
        far,
        post,
        {
          take: ({ from, end }) => void serveNotes(end.bind(), from),
          picky: () => undefined,
          async *pickyStream() {},
          bare: () => undefined,
          give() {
            beforeGiving();
            const [mine, theirs] = pipeEnds();
            serveNotes(mine.bind(), "given");
            return theirs;
          },
          async *giveMany(count) {
            for (let i = 0; i < count; i++) {
              const pairs = [pipeEnds(), pipeEnds()];
              for (const [j, [mine]] of pairs.entries()) serveNotes(mine.bind(), `${i}.${j}`);
              yield pairs.map(([, theirs]) => theirs);
            }
          },
          async read(end) {
            let sum = 0;
            for await (const chunk of receiveBytes(end)) sum += chunk.length;
            return sum;
          },
          async first(end) {
            const reader = receiveBytes(end).getReader();
            const { value } = await reader.read();
            await reader.cancel();
            return value?.length ?? 0;
          },
          async watch({ by }) {
            const watcher = associatedRemote(far, notes, associatedSchema.parse(by));
            for (let i = 0; i < 20; i++) await watcher.note(`step ${i}`);
          },
        },
        { validate: true },
      );
      resolve(far);
    });
    const near = await binding.dial(listener.address);
    const far = await promise;
    await listener.close();
    t.after(() => {
      near.close();
      far.close();
      for (const one of endpoints) one.close();
    });
    return { near, far, log, endpoints, client: remote(near, post) };
  }

  describe(`what travels over ${binding.name}`, { timeout: 20_000 }, () => {
    test("an end of a pipe in a call is bound over there, and what was sent on it before goes along, in order", async (t) => {
      const { client, log } = await connect(t);
      const [mine, theirs] = pipeEnds();
      const writer = remote(mine.bind(), notes);
      const early = Promise.all(Array.from({ length: 20 }, (_, i) => writer.note(`${i}`)));
      await client.take({ from: "post", end: theirs });
      const answers = await early;
      assert.deepEqual(
        answers,
        Array.from({ length: 20 }, (_, i) => `post: ${i}`),
      );
      assert.deepEqual(
        log,
        Array.from({ length: 20 }, (_, i) => `${i}`),
      );
      for (let i = 0; i < 600; i++) assert.equal(await writer.note(`${i}`), `post: ${i}`);
    });

    test("ends come in replies and in the items of streams, each to its own place", async (t) => {
      const { client } = await connect(t);
      const given = remote((await client.give()).bind(), notes);
      assert.equal(await given.note("hello"), "given: hello");
      let at = 0;
      for await (const [left, right] of client.giveMany(5)) {
        assert.equal(await remote(left!.bind(), notes).note("x"), `${at}.0: x`);
        assert.equal(await remote(right!.bind(), notes).note("y"), `${at}.1: y`);
        at += 1;
      }
      assert.equal(at, 5);
    });

    test("closing either end, or the pipe that carried it, tells the other end", async (t) => {
      const { near, client, endpoints } = await connect(t);
      const first = (await client.give()).bind();
      endpoints[0]!.close("enough");
      assert.deepEqual(await first.closed, { by: "peer", code: "done", message: "enough" });
      const [mine, theirs] = pipeEnds();
      const second = mine.bind();
      await client.take({ from: "b", end: theirs });
      second.close("enough of that");
      assert.equal((await endpoints[1]!.closed).message, "enough of that");
      const [kept, dropped] = pipeEnds();
      const third = kept.bind();
      dropped.drop();
      assert.equal((await third.closed).by, "peer");
      assert.equal(near.closeReason, undefined);
    });

    test("an end can be bound or sent once", async (t) => {
      const { client } = await connect(t);
      const [mine, theirs] = pipeEnds();
      mine.bind().close();
      assert.throws(() => mine.bind(), { code: "PIPE_TAKEN" });
      await client.take({ from: "a", end: theirs });
      assert.throws(() => theirs.bind(), { code: "PIPE_TAKEN" });
      const again = await failure(client.take({ from: "a", end: theirs }));
      assert.ok("code" in again && ["BODY_UNSENDABLE", "PIPE_TAKEN"].includes(String(again.code)), again.message);
    });

    const refused: readonly [string, string, (near: Endpoint, end: PipeEnd) => Promise<unknown>][] = [
      ["an unknown method", "METHOD_UNKNOWN", (near, end) => ask(near, 40, 99, "call", { end })],
      ["an unknown interface", "INTERFACE_UNKNOWN", (near, end) => ask(near, 41, 1, "call", [end])],
      ["a method of another kind", "KIND_MISMATCH", (near, end) => ask(near, 40, 3, "call", end)],
      ["an input that is refused", "INPUT_INVALID", (near, end) => remote(near, post).picky({ end })],
      ["a stream's input that is refused", "INPUT_INVALID", (near, end) => remote(near, post).pickyStream({ end }).next()],
      ["a flush", "", (near, end) => ask(near, 0, flushOrdinal, "call", { end })],
      ["a method without an input", "", (near, end) => ask(near, 40, 9, "call", { end })],
    ];
    for (const [what, code, call] of refused)
      test(`the other end hears that nobody took a pipe that was sent to ${what}`, async (t) => {
        const { near } = await connect(t);
        const [mine, theirs] = pipeEnds();
        const watched = mine.bind();
        const answer = call(near, theirs);
        if (code === "") await answer;
        else assert.equal(Reflect.get(await failure(answer), "code"), code);
        await watched.closed;
      });

    test("a pipe that was sent on a pipe that nobody took is not kept either", async (t) => {
      const { near } = await connect(t);
      const [outer, theirs] = pipeEnds();
      const [inner, sent] = pipeEnds();
      const watched = inner.bind();
      const answer = ask(outer.bind(), 40, 1, "call", { end: sent });
      await failure(ask(near, 40, 99, "call", { end: theirs }));
      await failure(answer);
      await watched.closed;
    });

    test("the other end hears that nobody took a pipe in a reply to a call that was cancelled", async (t) => {
      const controller = new AbortController();
      const { client, endpoints } = await connect(t, () => controller.abort());
      await failure(client.give(undefined, { signal: controller.signal }));
      await until(() => endpoints.length === 1, t.signal);
      await endpoints[0]!.closed;
    });

    test("the other ends hear that nobody took the pipes in items of a stream that was left", async (t) => {
      const { near, client, endpoints } = await connect(t);
      const stream = client.giveMany(5);
      const [left, right] = (await stream.next()).value!;
      await until(() => stream.buffered === 4, t.signal);
      await stream.return();
      for (const endpoint of endpoints.slice(2)) await endpoint.closed;
      assert.equal(await remote(left!.bind(), notes).note("x"), "0.0: x");
      right!.drop();
      assert.equal(near.closeReason, undefined);
    });

    test("bytes in bulk arrive whole, and a reader that stops reading stops their source", async (t) => {
      const { client } = await connect(t);
      const chunks = Array.from({ length: 30 }, (_, i) => new Uint8Array(100_000).fill(i));
      assert.equal(await client.read(sendBytes(ReadableStream.from(chunks))), 3_000_000);
      let produced = 0;
      let cancelled = false;
      const endless = new ReadableStream<Uint8Array>({
        pull(controller) {
          produced += 1;
          controller.enqueue(new Uint8Array(65_536));
        },
        cancel() {
          cancelled = true;
        },
      });
      assert.equal(await client.first(sendBytes(endless)), 65_536);
      await until(() => cancelled, t.signal);
      assert.ok(produced * 65_536 <= 2 * 1024 * 1024, `${produced} chunks produced for a reader that took one`);
    });

    test("bytes can be written as well as read, and the source's error reaches the reader", async (t) => {
      const { client } = await connect(t);
      const { writable, end } = writableBytes();
      const sum = client.read(end);
      const writer = writable.getWriter();
      for (let i = 0; i < 50; i++) await writer.write(new Uint8Array(50_000));
      await writer.close();
      assert.equal(await sum, 2_500_000);
      const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("the disk is gone")) });
      assert.match((await failure(client.read(sendBytes(broken)))).message, /the disk is gone/);
    });

    test("an interface that is handed over keeps its order with the pipe's other calls", async (t) => {
      const { near, client } = await connect(t);
      const seen: string[] = [];
      const { handle, stop } = associate(near, notes, {
        note(text) {
          seen.push(text);
          return text;
        },
      });
      await client.watch({ by: handle });
      assert.deepEqual(
        seen,
        Array.from({ length: 20 }, (_, i) => `step ${i}`),
      );
      stop();
      assert.equal("code" in (await failure(client.watch({ by: handle }))), true);
    });
  });
}

// A call that the typed client would not make.
function ask(endpoint: Endpoint, interfaceId: number, ordinal: number, kind: "call" | "stream", body: unknown): Promise<unknown> {
  return endpoint.request({ interfaceId, ordinal, kind, label: "a call against the rules" }, body);
}
