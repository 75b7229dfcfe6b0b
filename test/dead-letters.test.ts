import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openDurableChannel } from "@entente/pipe";
import { NatsServer, withoutNats } from "../packages/pipe/test/nats-server.ts";
import { scratch } from "./hub-process.ts";

const main = resolve(import.meta.dirname, "../packages/hub/src/main.ts");

test("what no reader could handle is listed with its cause and handed out again by command", { skip: withoutNats }, async (t) => {
  using folder = scratch();
  const entente = async (...args: string[]) => {
    const env = { ...process.env, ENTENTE_DATA_DIR: join(folder.path, "data"), NO_COLOR: "1" };
    const child = spawn(process.execPath, ["--conditions=entente", main, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    return { code, out, err };
  };
  await using server = await NatsServer.start();
  const address = server.address("orders");
  const absent = await entente("dead-letters", "list", address);
  assert.equal(absent.code, 1);
  assert.match(absent.err, /DURABLE_CHANNEL_UNKNOWN[\s\S]*no durable channel at nats:/);

  // Made with limits of its own: looking must not need to know them.
  await using channel = await openDurableChannel(address, { maxDeliver: 1, duplicateWindowMs: 60_000 });
  let broken = true;
  const done: unknown[] = [];
  await using _reading = await channel.consume("till", (body) => {
    if (broken) throw Object.assign(new Error("the oven is cold"), { code: "COLD" });
    done.push(body);
  });
  const none = await entente("dead-letters", "list", address);
  assert.deepEqual([none.code, none.out], [0, "No dead letters.\n"]);
  await channel.publish({ loaf: 1 }, { id: "loaf-1" });
  while ((await Array.fromAsync(channel.deadLetters())).length === 0) await sleep(20, undefined, { signal: t.signal });
  const listed = await entente("dead-letters", "list", address);
  assert.equal(listed.code, 0, listed.err);
  assert.match(listed.out, /1 +loaf-1 +till +1 +COLD: the oven is cold/);
  const json = JSON.parse((await entente("dead-letters", "list", address, "--json")).out);
  assert.deepEqual(json.letters[0].body, { loaf: 1 });

  broken = false;
  const replayed = await entente("dead-letters", "replay", address, "1");
  assert.deepEqual([replayed.code, replayed.out], [0, "Dead letter 1 is message 2 of the channel now.\n"]);
  while (done.length === 0) await sleep(20, undefined, { signal: t.signal });
  assert.deepEqual(done, [{ loaf: 1 }]);
  const again = await entente("dead-letters", "replay", address, "1");
  assert.equal(again.code, 1);
  assert.match(again.err, /DEAD_LETTER_UNKNOWN[\s\S]*has no dead letter 1/);
  const wrong = await entente("dead-letters", "list", "http://127.0.0.1:1/x");
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /nats:\/\/HOST:PORT\/CHANNEL/);
});
