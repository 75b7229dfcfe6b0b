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
  type EndpointOptions,
  type PipeEnd,
  pipeEnds,
  type Remote,
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
    door: { ordinal: 10, kind: "call", output: unchecked<PipeEnd>() },
    fail: { ordinal: 11, kind: "call", input: unchecked<{ end: PipeEnd; how: "now" | "later" }>() },
    failStream: { ordinal: 12, kind: "stream", input: unchecked<{ end: PipeEnd }>() },
    odd: { ordinal: 13, kind: "call", output: unchecked<{ end: PipeEnd; odd: () => void }>() },
    oddStream: { ordinal: 14, kind: "stream", output: unchecked<{ end: PipeEnd; odd: () => void }>() },
    shut: { ordinal: 15, kind: "call" },
    giveChoosy: { ordinal: 16, kind: "call", output: { parse: refuse } },
    streamChoosy: { ordinal: 17, kind: "stream", output: { parse: refuse } },
  },
});

function refuse(_input: unknown): { end: PipeEnd } {
  throw new TypeError("nothing is good enough");
}

/** What travels inside bodies, the same over every binding: ends of pipes, bytes in bulk, interfaces of the same pipe. Registers tests. */
export function travelling(binding: Binding): void {
  async function connect(t: TestContext, beforeGiving = () => {}, nearOptions: EndpointOptions = {}) {
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
    const given = (name: string) => {
      const [mine, theirs] = pipeEnds();
      serveNotes(mine.bind(), name);
      return theirs;
    };
    const servePost = (far: Endpoint) =>
      receive(
        far,
        post,
        {
          door() {
            const [mine, theirs] = pipeEnds();
            const endpoint = mine.bind();
            endpoints.push(endpoint);
            servePost(endpoint);
            return theirs;
          },
          fail({ how }) {
            if (how === "now") throw new Error("no");
            return Promise.reject(new Error("not now"));
          },
          async *failStream() {
            yield await Promise.reject(new Error("no"));
          },
          odd: () => ({ end: given("odd"), odd() {} }),
          async *oddStream() {
            yield { end: given("odd"), odd() {} };
          },
          shut: () => far.close("shut"),
          giveChoosy: () => ({ end: given("refused") }),
          async *streamChoosy() {
            yield { end: given("refused") };
          },
          take: ({ from, end }) => void serveNotes(end.bind(), from),
          picky: () => undefined,
          async *pickyStream() {},
          bare: () => undefined,
          give() {
            beforeGiving();
            return given("given");
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
    const { promise, resolve } = Promise.withResolvers<Endpoint>();
    const listener = await binding.listen("", (far) => {
      servePost(far);
      resolve(far);
    });
    const near = await binding.dial(listener.address, nearOptions);
    const far = await promise;
    await listener.close();
    t.after(() => {
      near.close();
      far.close();
      for (const one of endpoints) one.close();
    });
    return { near, far, log, endpoints, client: remote(near, post, { validate: true }) };
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

    const failing: readonly [string, (client: Client, end: PipeEnd) => Promise<unknown>][] = [
      ["throws", (client, end) => client.fail({ end, how: "now" })],
      ["rejects", (client, end) => client.fail({ end, how: "later" })],
      ["fails as a stream", (client, end) => client.failStream({ end }).next()],
    ];
    for (const [what, call] of failing)
      test(`a handler that ${what} has not taken the pipe in its input`, async (t) => {
        const { near, client } = await connect(t);
        const [mine, theirs] = pipeEnds();
        const watched = mine.bind();
        await failure(call(client, theirs));
        await watched.closed;
        assert.equal(near.closeReason, undefined);
      });

    for (const name of ["odd", "oddStream"] as const)
      test(`a pipe in an answer that cannot be carried is closed (${name})`, async (t) => {
        const { near, client, endpoints } = await connect(t);
        const answer = name === "odd" ? client.odd() : client.oddStream().next();
        await answer.then((got) => ("value" in got ? got.value! : got).end.drop(), isUnsendable); // in one thread all can be carried
        await endpoints[0]!.closed;
        assert.equal(near.closeReason, undefined);
      });

    test("a pipe in a call that cannot be carried is closed, or still its caller's", async (t) => {
      const { near } = await connect(t);
      const [mine, theirs] = pipeEnds();
      const watched = mine.bind();
      await failure(ask(near, 40, 99, "call", { end: theirs, odd() {} }));
      theirs.drop();
      await watched.closed;
    });

    for (const name of ["giveChoosy", "streamChoosy"] as const)
      test(`a pipe in an answer that is refused is closed (${name})`, async (t) => {
        const { near, client, endpoints } = await connect(t);
        const error = await failure(name === "giveChoosy" ? client.giveChoosy() : client.streamChoosy().next());
        assert.equal(Reflect.get(error, "code"), "OUTPUT_INVALID");
        await endpoints[0]!.closed;
        assert.equal(near.closeReason, undefined);
      });

    test("pipes in answers that wait when their pipe is closed are closed too", async (t) => {
      const { near, client, endpoints } = await connect(t, undefined, { limits: { messages: 8 } });
      const inner = (await client.door()).bind({ limits: { messages: 8 } });
      const giver = remote(inner, post, { validate: true });
      await giver.bare();
      const calls = Array.from({ length: 20 }, () => giver.give().then((end) => end.drop()));
      const shut = giver.shut();
      await Promise.allSettled([...calls, shut]);
      await until(() => endpoints.length === 21, t.signal);
      for (const endpoint of endpoints) await endpoint.closed;
      assert.equal(near.closeReason, undefined);
    });

    test("a pipe in a call to a pipe that was closed meanwhile is closed", async (t) => {
      const { near, client, endpoints } = await connect(t);
      const inner = (await client.give()).bind();
      await remote(inner, notes).note("hello");
      const [mine, theirs] = pipeEnds();
      const watched = mine.bind();
      endpoints[0]!.close();
      const call = failure(ask(inner, 40, 1, "call", { end: theirs }));
      await call;
      theirs.drop(); // where word of the end came first, nothing was sent
      await watched.closed;
      assert.equal(near.closeReason, undefined);
    });

    test("a pipe in an answer to a pipe that was closed meanwhile is closed", async (t) => {
      let leave = () => {};
      const { near, client, endpoints } = await connect(t, () => leave());
      const inner = (await client.door()).bind();
      leave = () => inner.close();
      await failure(remote(inner, post).give());
      await until(() => endpoints.length === 2, t.signal);
      await endpoints[1]!.closed;
      assert.equal(near.closeReason, undefined);
    });

    test("an end whose other end was closed already tells whoever gets it", async (t) => {
      const { client, endpoints } = await connect(t);
      const [mine, theirs] = pipeEnds();
      mine.bind().close("too late");
      await client.take({ from: "a", end: theirs });
      await until(() => endpoints.length === 1, t.signal);
      await endpoints[0]!.closed;
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

type Client = Remote<typeof post.methods>;

function isUnsendable(error: Error): void {
  assert.equal(Reflect.get(error, "code"), "BODY_UNSENDABLE");
}

// A call that the typed client would not make.
function ask(endpoint: Endpoint, interfaceId: number, ordinal: number, kind: "call" | "stream", body: unknown): Promise<unknown> {
  return endpoint.request({ interfaceId, ordinal, kind, label: "a call against the rules" }, body);
}
