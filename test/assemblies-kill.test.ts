/** `kill -9` around the close of auctions and votes: each closes once, with one agreement for an award, and none is lost. */
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig, openHub, operator } from "@entente/hub";
import { drawing } from "../bench/negotiation/drawing.ts";
import { engines, withDatabase } from "../packages/hub/test/stores.ts";

const program = new URL("../packages/hub/test/assemblies/closing-hub.ts", import.meta.url);
const run = (...args: readonly string[]) => fork(program, args, { execArgv: ["--conditions=entente"] });

for (const engine of engines)
  test(`${engine}: a hub killed around closes, six times over, has closed every auction and every vote once, and two hubs that finish them close none twice`, (t) =>
    withDatabase(t, engine, async (folder, url) => {
      const opened = new Set<string>();
      const draw = drawing(7);
      for (let kill = 0; kill < 6; kill++) {
        const child = run(folder, url);
        const first = Promise.withResolvers<void>();
        child.on("message", ({ auction, vote }: { auction: string; vote: string }) => {
          opened.add(auction).add(vote);
          first.resolve();
        });
        const ended = once(child, "exit");
        await Promise.race([first.promise, ended]);
        assert.equal(child.exitCode, null, "it ended by itself");
        await sleep(draw() * 120);
        child.kill("SIGKILL");
        await ended;
      }
      const finishing = [run(folder, url, "finish"), run(folder, url, "finish")];
      for (const [code] of await Promise.all(finishing.map((child) => once(child, "exit")))) assert.equal(code, 0);
      const flags: [string, string][] = [
        ["data.dir", folder],
        ["log.level", "silent"],
      ];
      if (url !== "") flags.push(["store.url", url]);
      await using hub = await openHub({ config: loadConfig({ flags }) });
      const { db, events } = hub.store;
      const rows = await db
        .selectFrom("assemblies")
        .innerJoin("negotiations", "negotiations.id", "assemblies.id")
        .select(["assemblies.id", "open", "status", "protocol"])
        .execute();
      const known = new Set(rows.map(({ id }) => id));
      assert.deepEqual(
        [...opened].filter((id) => !known.has(id)),
        [],
        "none that was told of is lost",
      );
      assert.ok(rows.length >= 12, `${rows.length} of them`);
      let awarded = 0;
      for (const { id, open, status, protocol } of rows) {
        assert.equal(open, 0);
        const closes = await events.read({
          subject: id,
          kind: protocol === "vote" ? "vote.closed" : "auction.closed",
          limit: 10,
        });
        assert.equal(closes.length, 1, id);
        const agreements = await db.selectFrom("agreements").select("id").where("negotiation_id", "=", id).execute();
        assert.equal(agreements.length, status === "awarded" ? 1 : 0);
        for (const agreement of agreements) {
          awarded += 1;
          assert.deepEqual(await hub.dispatcher.call("agreement_verify", { id: agreement.id }, { principal: operator }), {
            holds: true,
            signatures: true,
            transcript: true,
            problem: null,
          });
        }
      }
      assert.ok(awarded > 0, "some came to an award");
      assert.equal((await events.verify()).problem, undefined);
    }));
