/** `kill -9` in the middle of a plan, again and again: it goes on by itself, nothing is done or paid twice, and nothing is lost. */
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig, openHub, operator } from "@entente/hub";
import { drawing } from "../bench/negotiation/drawing.ts";
import { engines, withDatabase } from "../packages/hub/test/stores.ts";
import { scratch } from "./hub-process.ts";

const program = new URL("../packages/hub/test/plans/crash-hub.ts", import.meta.url);
const kills = 8;
const tasks = 42;

function begin(folder: string, url: string, mode = "run"): ChildProcess {
  return fork(program, [folder, url, mode], { execArgv: ["--conditions=entente"] });
}

for (const engine of engines)
  test(`${engine}: a hub killed ${kills} times in one plan does every task once, under one agreement, within the budget`, (t) =>
    withDatabase(t, engine, async (folder, url) => {
      const draw = drawing(20261125);
      let early = 0;
      for (let kill = 0; kill < kills; kill++) {
        const child = begin(folder, url);
        const ended = once(child, "exit");
        // The plan is told of when it is taken up, then for each event; a kill falls within 30 ms after one of the first few.
        let left = 1 + Math.floor(draw() * 4);
        const { promise, resolve } = Promise.withResolvers<void>();
        child.on("message", (said) => said === "changed" && --left === 0 && resolve());
        await Promise.race([promise, ended]);
        if (child.exitCode !== null) early += 1;
        await sleep(draw() * 30);
        child.kill("SIGKILL");
        await ended;
      }
      assert.ok(early === 0, `${early} of ${kills} hubs ended before they were killed`);
      const [code] = await once(begin(folder, url), "exit");
      assert.equal(code, 0);

      await audit(folder, url);
    }));

test("postgres: the plan of a hub that was killed is taken over and finished by another hub on its store", (t) =>
  withDatabase(t, "postgres", async (folder, url) => {
    using elsewhere = scratch();
    const other = begin(elsewhere.path, url, "watch");
    const finished = once(other, "exit");
    await once(other, "message");
    const first = begin(folder, url);
    const gone = once(first, "exit");
    const { promise, resolve } = Promise.withResolvers<void>();
    let changes = 0;
    first.on("message", (said) => said === "changed" && ++changes === 8 && resolve());
    await Promise.race([promise, gone]);
    assert.equal(first.exitCode, null, "it was killed before its end");
    first.kill("SIGKILL");
    await gone;
    const [code] = await finished;
    assert.equal(code, 0);
    await audit(folder, url);
  }));

// What must hold of the plan, whatever became of its hubs.
async function audit(folder: string, url: string): Promise<void> {
  const flags: [string, string][] = [
    ["data.dir", folder],
    ["log.level", "silent"],
    ["store.url", url],
  ];
  await using hub = await openHub({ config: loadConfig({ flags }) });
  const { plans } = await hub.dispatcher.call("plan_list", {}, { principal: operator });
  assert.ok(Array.isArray(plans) && plans.length === 1, "the caller's own id made one plan of all calls");
  const kept = await hub.planning.records.load(plans[0].plan);
  assert.equal(kept?.session.state.outcome, "done");
  const { state } = kept.session;
  assert.ok(state.tasks.every(({ standing }) => standing === "done"));
  const agreements = await hub.store.db.selectFrom("agreements").select(["id", "status", "document_json"]).execute();
  const subjects = agreements.map(({ document_json }) => JSON.parse(document_json).subject);
  assert.equal(agreements.length, tasks, subjects.toSorted().join(", "));
  assert.equal(new Set(subjects).size, tasks);
  assert.deepEqual([...new Set(agreements.map(({ status }) => status))], ["fulfilled"]);
  const paid = agreements.reduce((sum, { document_json }) => sum + JSON.parse(document_json).price, 0);
  const spent = state.tasks.reduce((sum, task) => sum + task.spent, 0) / 1e6;
  assert.ok(paid === spent && paid <= 130, `${paid} agreed, ${spent} told`);
  const layer = kept.session.entries.flatMap(({ event, results }) =>
    event.type === "done" ? [`${event.task} ${JSON.stringify(results?.[0]?.output)}`] : [],
  );
  assert.deepEqual(
    layer.toSorted(),
    Array.from({ length: tasks }, (_, at) => `t${at} {"n":${Math.floor(at / 3) + 1}}`).toSorted(),
  );
  const events = await hub.store.events.read({ subject: kept.id, limit: 1000 });
  const count = (kind: string) => events.filter((event) => event.kind === kind).length;
  assert.deepEqual([count("plan.opened"), count("plan.task.done"), count("plan.closed")], [1, tasks, 1]);
  assert.equal((await hub.store.events.verify()).brokenAt, undefined);
}
