import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { flushOrdinal } from "../src/control.ts";
import { type Binding, type Endpoint, type EndpointOptions, type PipeEnd, pipeEnds, remote } from "../src/index.ts";
import { failure, until } from "./conformance.ts";
import { ask, connectPost, notes, type PostClient, post } from "./post-office.ts";

/** Pipes in bodies that nobody gets, the same over every binding: the other end hears of it. Registers tests. */
export function untaken(binding: Binding): void {
  const connect = (t: TestContext, beforeGiving?: () => void, options?: EndpointOptions) =>
    connectPost(t, binding, beforeGiving, options);

  describe(`pipes that nobody takes over ${binding.name}`, { timeout: 20_000 }, () => {
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

    const failing: readonly [string, (client: PostClient, end: PipeEnd) => Promise<unknown>][] = [
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
  });
}

function isUnsendable(error: Error): void {
  assert.equal(Reflect.get(error, "code"), "BODY_UNSENDABLE");
}
