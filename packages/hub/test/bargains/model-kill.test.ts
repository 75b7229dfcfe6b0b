/** `kill -9` while a model thinks: the turn is asked for again, nothing is doubled, and its key is in no log, event or row. */
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../src/base/clock.ts";
import { BargainRecords } from "../../src/negotiation/bargains/records.ts";
import { replayBargain } from "../../src/negotiation/bargains/session.ts";
import { openStore } from "../../src/store/store.ts";
import { engines, withDatabase } from "../stores.ts";
import { chatServer, sensible } from "./chat-server.ts";

const program = new URL("./model-hub-child.ts", import.meta.url);
const key = "sk-canary-9876543210";

for (const engine of engines)
  test(`${engine}: a hub killed five times while its model thinks ends every session once, with one agreement`, (t) =>
    withDatabase(t, engine, async (folder, url) => {
      let asked = () => {};
      let [printed, count] = ["", 0];
      await using server = await chatServer(async (request) => {
        asked();
        count += 1;
        await sleep(count % 3 === 0 ? 60 : 5);
        return sensible(request);
      });
      const started: string[] = [];
      const run = (...mode: readonly string[]) => {
        const child = fork(program, [folder, url, server.url, ...mode], {
          execArgv: ["--conditions=entente"],
          stdio: ["ignore", "pipe", "pipe", "ipc"],
          env: { ...process.env, STAND_KEY: key },
        });
        for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => (printed += String(data)));
        child.on("message", (message: { readonly started: string }) => started.push(message.started));
        return child;
      };
      for (let kill = 0; kill < 5; kill++) {
        const child = run();
        const { promise, resolve } = Promise.withResolvers<void>();
        let left = 3 * kill + 2;
        asked = () => {
          left -= 1;
          if (left === 0) resolve();
        };
        const ended = once(child, "exit");
        await Promise.race([promise, ended]);
        assert.equal(child.exitCode, null, printed);
        await sleep(kill * 3);
        child.kill("SIGKILL");
        await ended;
      }
      asked = () => {};
      const [code] = await once(run("finish"), "exit");
      assert.equal(code, 0, printed);

      await using store = await openStore({ url, dataFolder: folder, clock: systemClock });
      const sessions = await store.db
        .selectFrom("bargains")
        .innerJoin("negotiations", "negotiations.id", "bargains.id")
        .select(["bargains.id", "status", "terms_json", "seq"])
        .execute();
      const agreements = await store.db.selectFrom("agreements").select("negotiation_id").execute();
      assert.ok(sessions.length >= 2 && started.every((id) => sessions.some((one) => one.id === id)));
      const records = new BargainRecords(store, systemClock);
      for (const { id, status, terms_json } of sessions) {
        assert.equal(status, "agreement");
        assert.equal(agreements.filter(({ negotiation_id }) => negotiation_id === id).length, 1);
        assert.ok("session" in replayBargain(JSON.parse(terms_json), await records.entries(id)));
        const told = await store.events.read({ subject: id, kind: "bargain.*", limit: 1000 });
        assert.equal(told.filter(({ kind }) => kind === "bargain.closed").length, 1);
      }
      assert.equal((await store.events.verify()).problem, undefined);
      assert.equal(
        (await store.events.read({ kind: "bargain.fell-back", limit: 10 })).length,
        0,
        "the model was there each time",
      );
      const all = JSON.stringify([await store.events.read({ limit: 100_000 }), sessions]);
      assert.ok(!all.includes(key) && !printed.includes(key), "its key is nowhere");
      assert.ok(!JSON.stringify(await store.events.read({ kind: "tool.called", limit: 1000 })).includes("be firm"));
      for (const file of readdirSync(folder, { recursive: true, withFileTypes: true }))
        if (file.isFile()) assert.ok(!readFileSync(join(file.parentPath, file.name)).includes(key), file.name);
      assert.ok(server.asked.every(({ headers }) => headers.authorization === `Bearer ${key}`));
    }));
