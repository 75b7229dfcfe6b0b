/** Plans from outside: over MCP in both eras, by principals of their own, and at the command line with the example that is shipped. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Agent, loadConfig, operator, type ServedHub, serveHub } from "@entente/hub";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Principal } from "../packages/hub/src/base/tool.ts";
import { worker } from "../packages/hub/test/plans/house.ts";
import { commandLine, run, scratch, start } from "./hub-process.ts";

const example = resolve(import.meta.dirname, "../examples/plans/read-folders.json");
const untilAborted = (_job: unknown, signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));

async function withHub(agents: readonly Agent[], work: (served: ServedHub) => Promise<void>): Promise<void> {
  using folder = scratch();
  const flags = [
    ["data.dir", folder.path],
    ["http.port", "0"],
    ["log.level", "silent"],
  ] as const;
  await using served = await serveHub(loadConfig({ flags }), undefined, agents);
  await work(served);
}

async function connected({ url, hub }: ServedHub, era: "modern" | "legacy"): Promise<Client> {
  const options = era === "modern" ? { versionNegotiation: { mode: { pin: "2026-07-28" } } } : {};
  const client = new Client({ name: "test", version: "1" }, options);
  const authorization = `Bearer ${readFileSync(join(hub.dataFolder, "keys", "token"), "utf8").trim()}`;
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit: { headers: { authorization } } }));
  return client;
}

const chain = {
  subject: "two steps",
  budget: 5,
  tasks: [
    { id: "one", skill: "step", job: { n: 1 } },
    { id: "two", skill: "step", job: { n: { $from: "one", path: "/n" } } },
  ],
};

for (const era of ["modern", "legacy"] as const)
  test(`${era}: plan_run tells over MCP of each task that ends, and the plan is a resource with its flowchart`, () =>
    withHub([worker("stepper", "step", 1, ({ n }) => ({ n: Number(n) * 2 }))], async (served) => {
      const client = await connected(served, era);
      const said: string[] = [];
      const { structuredContent: done } = await client.callTool(
        { name: "plan_run", arguments: chain },
        { onprogress: ({ progress, total, message }) => said.push(`${progress}/${total} ${message}`) },
      );
      const ended = done as { plan: string; status: string; spent: number; tasks: { results: { output: unknown }[] }[] }; // why: the tool's own output schema
      assert.deepEqual([ended.status, ended.spent, ended.tasks[1]?.results[0]?.output], ["done", 2, { n: 4 }]);
      assert.deepEqual(said, ['1/2 "one" is done by stepper for 1 credit', '2/2 "two" is done by stepper for 1 credit']);

      const { contents } = await client.readResource({ uri: `entente://plans/${ended.plan}` });
      const shown = JSON.parse((contents[0] as { text: string }).text); // why: the resource is text
      assert.match(shown.mermaid, /^flowchart TD\n {2}t0\["one<br\/>done · stepper · 1 cr"\]:::done/);
      await client.close();
    }));

test("a plan's resource tells its followers of changes while it runs, and them alone", () => {
  const followed = Promise.withResolvers<void>();
  const work: Parameters<typeof worker>[3] = async ({ n }) => {
    await followed.promise;
    return { n: Number(n) };
  };
  return withHub([worker("stepper", "step", 1, work)], async (served) => {
    const client = await connected(served, "modern");
    const { structuredContent } = await client.callTool({ name: "plan_run", arguments: { ...chain, wait: false } });
    const { plan, status } = structuredContent as { plan: string; status: string }; // why: the tool's own output schema
    assert.equal(status, "running");
    const uri = `entente://plans/${plan}`;
    const heard: string[] = [];
    client.setNotificationHandler("notifications/resources/updated", ({ params }) => void heard.push(params.uri));
    const listening = await client.listen({ resourceSubscriptions: [uri] });
    followed.resolve();
    await client.callTool({ name: "plan_run", arguments: { ...chain, subject: "another" } });
    while (heard.length === 0 || (await served.hub.planning.read(plan)).session.state.phase !== "closed") await sleep(20);
    assert.deepEqual([...new Set(heard)], [uri]);
    await listening.close();
    await client.close();
  });
});

test("a plan is its owner's and the operator's; to others it is not there", () =>
  withHub([worker("busy", "step", 1, untilAborted)], async ({ hub }) => {
    const as = (principal: Principal) => (tool: string, input: object) => hub.dispatcher.call(tool, input, { principal });
    const [ann, ben, boss] = [as({ id: "client:ann", kind: "client" }), as({ id: "client:ben", kind: "client" }), as(operator)];
    const { plan } = await ann("plan_run", { ...chain, wait: false });
    for (const tool of ["plan_status", "plan_cancel"])
      await assert.rejects(ben(tool, { plan }), (error: Error) => error.message === `there is no plan "${plan}"`);
    assert.deepEqual((await ben("plan_list", {})).plans, []);
    await ben("plan_run", { ...chain, wait: false });
    const page = await boss("plan_list", { limit: 1, status: "running" });
    const rest = await boss("plan_list", { limit: 1, before: page.next });
    const owners = [page, rest].flatMap(({ plans }) => (plans as { openedBy: string }[]).map(({ openedBy }) => openedBy)); // why: the tool's own output schema
    assert.deepEqual([owners, rest.next], [["client:ben", "client:ann"], null]);
    const { status } = await boss("plan_cancel", { plan, reason: "by the boss" });
    assert.equal(status, "stopping");
    const ended = await ann("plan_status", { plan, after: 1, waitMs: 5000 });
    assert.deepEqual([ended.status, ended.why, ended.spent], ["cancelled", "by the boss", 0]);
  }));

test('a plan outlives the call that waits for it, unless that came with onCancel: "stop"', () =>
  withHub([worker("busy", "step", 1, untilAborted)], async ({ hub }) => {
    const began = async (onCancel: string) => {
      const stop = new AbortController();
      const call = hub.dispatcher.call(
        "plan_run",
        { ...chain, id: onCancel, onCancel },
        { principal: operator, signal: stop.signal },
      );
      while ((await hub.planning.records.called("operator", onCancel)) === undefined) await sleep(10);
      stop.abort(new Error("had enough"));
      await assert.rejects(call, /had enough/);
      return (await hub.planning.records.called("operator", onCancel)) ?? "";
    };
    const goesOn = await began("go-on");
    const stops = await began("stop");
    const ended = await hub.planning.changed(stops, 1, AbortSignal.timeout(5000));
    assert.equal(ended.session.state.outcome, "cancelled");
    assert.equal((await hub.planning.read(goesOn)).session.state.phase, "running");
    await hub.planning.cancel(goesOn, "the test is over");
  }));

// A folder like a checkout, as the example reads "docs", "examples" and ".".
function checkout(folder: string): string {
  const place = join(folder, "checkout");
  for (const name of ["docs", "examples"]) {
    mkdirSync(join(place, name), { recursive: true });
    for (const n of [1, 2])
      writeFileSync(join(place, name, `${n}.md`), `# ${name} ${n}\n\nSome words about ${name}, ${n} of them.\n`);
  }
  cpSync(example, join(place, "examples", "plan.json"));
  return place;
}

test("entente plan carries out the shipped example with the built-in agents, as a tree and as JSON", async () => {
  using folder = scratch();
  const data = join(folder.path, "data");
  const entente = async (...command: string[]) => {
    const args = commandLine(data, ["log.level=silent"], ...command);
    const child = spawn(process.execPath, args, { cwd: checkout(folder.path), env: { ...process.env, NO_COLOR: "1" } });
    child.stdin.end();
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    return { code, out, err };
  };
  const { code, out, err } = await entente("plan", example);
  assert.equal(code, 0, out + err);
  assert.match(out, /^Read the handbook and the examples, then everything\n├─ ✓ handbook {7}librarian for 1 credit, /);
  assert.match(
    out,
    /\n {3}└─ ✓ everything {2}librarian for 1 credit, .*\(also after handbook\)\ndone: 3 of 3 tasks for 3 of 5 credits in /,
  );
  assert.match(out, /everything, by librarian\n {2}\{\n/);
  assert.match(err, /^plan_[0-9a-f]+: Read .*\n {2}handbook running\n {2}examples running\n/);
  const again = await entente("--json", "plan", example);
  const { status, tasks, spent } = JSON.parse(again.out);
  assert.deepEqual([again.code, again.err, status, spent, tasks.length], [0, "", "done", 3, 3]);
});

test("entente plan says what is wrong with a plan and which tasks failed, with codes to match; Ctrl-C leaves a plan to the hub or cancels it", async () => {
  using folder = scratch();
  const data = join(folder.path, "data");
  const file = (name: string, content: unknown): string => {
    const path = join(folder.path, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  };
  const silent = ["log.level=silent"];
  const missing = await run(data, silent, "plan", join(folder.path, "none.json"));
  assert.deepEqual(
    [missing.code, /^ARGUMENT_INVALID: <file>: wanted a file to read/.test(missing.said)],
    [2, true],
    missing.said,
  );
  const list = await run(data, silent, "plan", file("list.json", "[]"));
  assert.deepEqual([list.code, list.said.trim()], [2, "ARGUMENT_INVALID: <file>: wanted a plan as a JSON object; got an array"]);
  const circle = { subject: "s", tasks: [{ id: "a", skill: "ingest", job: { root: { $from: "a" } } }] };
  const refused = await run(data, silent, "plan", file("circle.json", circle));
  assert.deepEqual([refused.code, refused.said.trim()], [1, "PLAN_INVALID: tasks wait for one another in a circle: a -> a"]);
  const nobody = { subject: "nobody can", attempts: 1, tasks: [{ id: "a", skill: "nothing", job: {} }] };
  const failed = await run(data, silent, "plan", file("nobody.json", nobody));
  assert.equal(failed.code, 1);
  assert.match(failed.said, /└─ ✗ a {2}no agent of this hub offers the skill "nothing"\nfailed: 0 of 1 tasks for 0 credits/);

  const patient = { subject: "waits", attempts: 9, retryMs: 60_000, tasks: [{ id: "a", skill: "nothing", job: {} }] };
  for (const [options, says] of [
    [[], /the plan goes on when a hub starts on this folder; it is ended by: entente call plan_cancel/],
    [["--cancel"], /the plan is cancelled: entente call plan_status/],
  ] as const) {
    const child = start(data, silent, "plan", ...options, file("patient.json", patient));
    while (!child.said().includes("a resting")) await sleep(20);
    child.kill("SIGINT");
    const [code] = await once(child, "close");
    assert.equal(code, 130, child.said());
    assert.match(child.said(), says);
  }
});
