/** What becomes of the calls of a client whose token ends while they are under way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { sha256 } from "../../src/base/json.ts";
import { operator } from "../../src/base/principals.ts";
import { OpenCalls } from "../../src/security/open-calls.ts";
import { newToken } from "../../src/security/token.ts";
import { type Binding, bindings, clientOf, type House, taskOf, text, withAgents } from "./clients.ts";

const call = ({ served }: House, tool: string, input: object): Promise<Record<string, unknown>> =>
  served.hub.dispatcher.call(tool, input, { principal: operator });

interface OpenStream {
  /** Resolves when the task is at work and the stream has said so. */
  readonly begun: Promise<string>;
  /** Resolves to what ended the stream, or to undefined when it ended as streams do. */
  readonly ended: Promise<unknown>;
  readonly isOver: () => boolean;
}

async function openStream(house: House, binding: Binding, token: string): Promise<OpenStream> {
  const client = await clientOf(house, "sleeper", binding, { token });
  const begun = Promise.withResolvers<string>();
  let over = false;
  const ended = (async () => {
    let id = "";
    for await (const { payload } of client.sendMessageStream(text("sleep"))) {
      if (payload?.$case === "task") id = payload.value.id;
      if (payload?.$case === "statusUpdate") begun.resolve(id);
    }
  })()
    .catch((error: unknown) => error)
    .finally(() => {
      over = true;
    });
  return { begun: begun.promise, ended, isOver: () => over };
}

const within = async <T>(ms: number, what: string, work: Promise<T>): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what} went on for ${ms} ms`)), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
};

const ways: readonly (readonly [string, (house: House) => Promise<unknown>])[] = [
  ["revoked", (house) => call(house, "hub_revoke_principal", { name: "ada" })],
  ["deleted in the store", ({ served: { hub } }) => hub.store.db.deleteFrom("principals").where("name", "=", "ada").execute()],
  [
    "replaced by another hub on the store",
    async ({ served: { hub } }) => {
      // This hub has looked at the token once: what it is told next is another one.
      await hub.principals.lookAgain(["client:ada"]);
      const token_hash = sha256(newToken());
      await hub.store.db.updateTable("principals").set({ token_hash }).where("name", "=", "ada").execute();
    },
  ],
];

for (const [way, end] of ways)
  test(`the streams and calls of a client end on every binding when its token is ${way}; its task and everybody else's go on`, () =>
    withAgents(async (house) => {
      const ada = String((await call(house, "hub_add_principal", { name: "ada" })).token);
      const bob = String((await call(house, "hub_add_principal", { name: "bob" })).token);
      const hers = await Promise.all(bindings.map((binding) => openStream(house, binding, ada)));
      const others = await Promise.all(
        [bob, house.token].flatMap((token) => bindings.map((binding) => openStream(house, binding, token))),
      );
      const [id = ""] = await Promise.all([...hers, ...others].map(({ begun }) => begun));
      const waiting = bindings.map(async (binding) => {
        const client = await clientOf(house, "sleeper", binding, { token: ada });
        return client.sendMessage(text("sleep")).catch((error: unknown) => error);
      });
      const { service } = house.served.hub.registry.get("sleeper");
      const whole = { principal: operator, extensions: [], tenant: "", version: "1.0", signal: AbortSignal.timeout(20_000) };
      const made = hers.length + others.length + waiting.length;
      while ((await service.listTasks({}, whole)).totalSize < made) await sleep(10, undefined, whole);
      await end(house);
      for (const { ended } of hers) await within(10_000, "her stream", ended);
      for (const answer of waiting) assert.ok((await within(10_000, "her call", answer)) instanceof Error);
      assert.ok(others.every(({ isOver }) => !isOver()));
      const task = await (await clientOf(house, "sleeper", "JSONRPC")).getTask({ tenant: "", id });
      assert.equal(task.status?.state, 2, "it is still working");
      const again = await clientOf(house, "sleeper", "GRPC", { token: ada });
      await assert.rejects(again.getTask({ tenant: "", id }));
    }));

test("a client that is given a new token after the old one was revoked is let in, and its calls stay", () =>
  withAgents(async (house) => {
    const { principals } = house.served.hub;
    await call(house, "hub_add_principal", { name: "ada" });
    await principals.lookAgain(["client:ada"]);
    await call(house, "hub_revoke_principal", { name: "ada" });
    const token = String((await call(house, "hub_add_principal", { name: "ada" })).token);
    for (const binding of bindings) {
      const client = await clientOf(house, "echo", binding, { token });
      assert.equal(taskOf(await client.sendMessage(text("hello"))).artifacts.length, 1);
    }
    const stream = await openStream(house, "JSONRPC", token);
    await stream.begun;
    await principals.lookAgain(["client:ada"]);
    await principals.lookAgain(["client:ada"]);
    assert.equal(stream.isOver(), false);
  }));

test("a token that ends between its look-up and the call that it let in ends that call", () => {
  const calls = new OpenCalls();
  const ended: string[] = [];
  const client = { id: "client:ada", kind: "client" } as const;
  const moment = calls.moment();
  calls.end("client:ada");
  calls.open(client, moment, () => ended.push("let in before"));
  const over = calls.open(client, calls.moment(), () => ended.push("let in after"));
  assert.deepEqual(ended, ["let in before"]);
  over();
  calls.end("client:ada");
  assert.deepEqual(ended, ["let in before", "let in before"]);
  calls.open(operator, 0, () => ended.push("operator"));
  calls.end(operator.id);
  assert.equal(ended.length, 2, "the operator's calls are not the hub's to end");
});
