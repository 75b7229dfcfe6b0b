import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { associate, type Binding, pipeEnds, remote, sendBytes, writableBytes } from "../src/index.ts";
import { failure, until } from "./conformance.ts";
import { connectPost, notes } from "./post-office.ts";

/** What travels inside bodies, the same over every binding: ends of pipes, bytes in bulk, interfaces of the same pipe. Registers tests. */
export function travelling(binding: Binding): void {
  const connect = (t: TestContext) => connectPost(t, binding);

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
