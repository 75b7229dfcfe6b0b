/** A hub that carries out one plan and is killed meanwhile: `crash-hub.ts FOLDER STORE-URL [watch]`. It tells its parent of every change and ends when the plan has; with `watch` another hub begins it. */

import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig } from "../../src/base/config.ts";
import { operator } from "../../src/base/principals.ts";
import { openHub } from "../../src/gateway.ts";
import { worker } from "./house.ts";

const [folder = "", url = "", mode = "run"] = process.argv.slice(2);
const step = (name: string, price: number) =>
  worker(name, "step", price, async ({ n }) => {
    await sleep(15);
    return { n: Number(n) + 1 };
  });
// Each layer adds one to what the layer before it made.
const layers = 14;
const wide = 3;
const tasks = Array.from({ length: layers * wide }, (_, at) => {
  const before = `t${at - wide}`;
  const n = at < wide ? 0 : { $from: before, path: "/n" };
  return { id: `t${at}`, skill: "step", job: { n }, after: at < wide ? [] : [`t${at - 1 - (at % wide)}`] };
});

const flags: [string, string][] = [
  ["data.dir", folder],
  ["log.level", "silent"],
  ["a2a.leaseMs", "3000"],
  ["store.url", url],
];
await using hub = await openHub({ config: loadConfig({ flags }), agents: [step("ann", 1), step("ben", 2), step("cle", 3)] });
await hub.addAgents("");
hub.store.onCommit(() => process.connected && process.send?.("changed"));
await hub.recover();
const given = { id: "the-plan", subject: "forty-two steps", budget: 130, parallel: 2, tasks };
process.send?.("ready");
let begun = mode === "run" ? "mine" : undefined;
while (begun === undefined) {
  await sleep(50);
  begun = await hub.planning.records.called(operator.id, given.id);
}
const ended = await hub.dispatcher.call("plan_run", given, { principal: operator });
process.exitCode = ended.status === "done" ? 0 : 1;
process.disconnect?.();
