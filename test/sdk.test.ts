/** The SDK against a real hub: over its Unix socket and over HTTP, with agents in processes of their own that are killed. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig, operator, type ServedHub, serveHub } from "@entente/hub";
import { type Agent, defineAgent, HubError, openHub, runAgent, SdkError, textOf } from "@entente/sdk";
import { scratch } from "./hub-process.ts";

const root = resolve(import.meta.dirname, "..");
const quiet = { log: () => {} };

const counter = defineAgent({
  name: "counter",
  description: "Counts up to the number it is given.",
  skills: [{ id: "count", name: "Count", description: "Count up to a number", examples: ["to 3"] }],
  execute: async (task, { ask, status, artifact, call, signal }) => {
    if (task.text === "refuse") throw Object.assign(new Error("I do not feel like it"), { code: "NOT_TODAY" });
    if (task.text === "hub") return { text: JSON.stringify((await call("hub_status", {})).agents) };
    const asked = task.data as { job?: { to?: number } } | undefined; // why: what this test's own jobs hold
    let to = Number(asked?.job?.to ?? /\d+/.exec(task.text)?.[0] ?? Number.NaN);
    if (Number.isNaN(to)) to = Number(textOf(await ask("How far?", { unit: "steps" })));
    for (let i = 1; i <= to; i++) {
      status(`at ${i}`);
      artifact({ name: "numbers", parts: [{ text: String(i) }], last: i === to });
      await sleep(5, undefined, { signal });
    }
    return { text: `counted to ${to}`, data: { to }, cost: to };
  },
  bid: async ({ job }) => (job.easy ? { price: 2, promisedMs: 1000, quality: 1, reason: "easy" } : undefined),
});

interface House {
  readonly served: ServedHub;
  readonly data: string;
  readonly socket: string;
  readonly token: string;
}

async function withHub(
  work: (house: House) => Promise<void>,
  settings: readonly (readonly [string, string])[] = [],
): Promise<void> {
  using folder = scratch();
  const data = join(folder.path, "data");
  await using served = await serveHub(
    loadConfig({ flags: [["data.dir", data], ["http.port", "0"], ["log.level", "silent"], ...settings] }),
  );
  const token = readFileSync(join(data, "keys", "token"), "utf8").trim();
  await work({ served, data, socket: `unix:${join(data, "run", "hub.sock")}`, token });
}

/** Runs an agent for the time of `work`. */
async function withAgent(agent: Agent, address: { hub: string; token?: string }, work: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const joined = Promise.withResolvers<void>();
  const log = (line: string): void => {
    if (line.includes("joined")) joined.resolve();
  };
  const running = runAgent(agent, { ...address, signal: stop.signal, log });
  await Promise.race([joined.promise, running]);
  try {
    await work();
  } finally {
    stop.abort();
    await running;
  }
}

for (const way of ["unix", "http"] as const) {
  const address = ({ socket, served, token }: House) => (way === "unix" ? { hub: socket } : { hub: served.url.href, token });

  describe(`over ${way}`, () => {
    test("an agent joins, and its task, statuses, artifact and cost are the hub's like those of any agent", () =>
      withHub((house) =>
        withAgent(counter, address(house), async () => {
          await using hub = await openHub(address(house));
          assert.equal(hub.principal, "operator");
          const happened = await Array.fromAsync(hub.stream("counter", "to 3"));
          const first = happened[0] as { task: { id: string } }; // why: a stream begins with its task
          const kinds = happened.map((event) => Object.keys(event)[0]);
          assert.equal(kinds.filter((kind) => kind === "artifactUpdate").length, 4, "three numbers and the result");
          const reply = (await hub.a2a("GetTask", "counter", { id: first.task.id })) as {
            status: { state: string };
            artifacts: { name: string; parts: { text?: string }[] }[];
          }; // why: the task of A2A 1.0
          assert.equal(reply.status.state, "TASK_STATE_COMPLETED");
          const numbers = reply.artifacts.find(({ name }) => name === "numbers");
          assert.deepEqual(
            numbers?.parts.map((part) => part.text),
            ["1", "2", "3"],
          );
          const card = await fetch(new URL("/a2a/counter/.well-known/agent-card.json", house.served.url));
          assert.match(await card.text(), /Count up to a number/);
          assert.equal((await hub.send("counter", "hub")).text, JSON.stringify(house.served.hub.registry.list().length));
        }),
      ));

    test("an agent asks, and goes on with the answer", () =>
      withHub((house) =>
        withAgent(counter, address(house), async () => {
          await using hub = await openHub(address(house));
          const asked = await hub.send("counter", "please");
          assert.equal(asked.state, "TASK_STATE_INPUT_REQUIRED");
          assert.equal(asked.text, "How far?");
          const done = await hub.send("counter", "2", { taskId: asked.taskId ?? "" });
          assert.equal(done.state, "TASK_STATE_COMPLETED");
          assert.match(done.text, /counted to 2/);
        }),
      ));

    test("what an agent throws fails the task with its code, and cancelling reaches it", () =>
      withHub((house) =>
        withAgent(counter, address(house), async () => {
          await using hub = await openHub(address(house));
          const refused = await hub.send("counter", "refuse");
          assert.equal(refused.state, "TASK_STATE_FAILED");
          assert.match(JSON.stringify(refused.response), /NOT_TODAY.*|I do not feel like it/);
          for await (const event of hub.stream("counter", "to 100000")) {
            if (!("task" in event)) continue;
            const { id } = event.task as { id: string }; // why: a task has an id
            const cancelled = (await hub.a2a("CancelTask", "counter", { id })) as { status: { state: string } }; // why: CancelTask answers with the task
            assert.equal(cancelled.status.state, "TASK_STATE_CANCELED");
          }
          await assert.rejects(hub.a2a("GetTask", "counter", { id: "none" }), { name: "HubError", code: "TASK_NOT_FOUND" });
        }),
      ));

    test("tools are called with progress, and their errors carry their codes", () =>
      withHub(async (house) => {
        await using hub = await openHub(address(house));
        assert.ok((await hub.tools()).some((tool) => tool.name === "quantum_solve"));
        const solved = await hub.call("quantum_solve", { text: "3 3\n1 2 1\n2 3 1\n1 3 1\n", format: "mc" });
        assert.equal(solved.energy, -2);
        await assert.rejects(
          hub.call("quantum_solve", { seconds: "long" }),
          (error) => error instanceof HubError && error.code === "TOOL_INPUT_INVALID",
        );
        await assert.rejects(hub.call("quantum_slove", {}), { code: "TOOL_UNKNOWN" });
      }));
  });
}

test("a client's token opens the agents over a pipe, and neither the tools nor another's agent or tasks", () =>
  withHub(async ({ served, socket, token }) => {
    const tokens = await Promise.all(
      ["ada", "bob"].map(async (name) => {
        const made = await served.hub.dispatcher.call("hub_add_principal", { name }, { principal: operator });
        return String(made.token);
      }),
    );
    const [ada = "", bob = ""] = tokens;
    const http = served.url.href;
    await withAgent(counter, { hub: http, token: ada }, async () => {
      await using client = await openHub({ hub: http, token: ada });
      await using other = await openHub({ hub: socket, token: bob });
      assert.equal(client.principal, "client:ada");
      assert.equal(other.principal, "client:bob");
      await assert.rejects(client.call("hub_status", {}), { code: "OPERATOR_ONLY" });
      const { taskId = "" } = await client.send("counter", "to 1");
      await assert.rejects(other.a2a("GetTask", "counter", { id: taskId }), { code: "TASK_NOT_FOUND" });
      await assert.rejects(runAgent(counter, { hub: http, token: bob, ...quiet }), { code: "AGENT_NAME_FOREIGN" });
      await assert.rejects(runAgent({ ...counter, name: "librarian" }, { hub: http, token: bob, ...quiet }), {
        code: "AGENT_NAME_FOREIGN",
      });
    });
    await assert.rejects(
      openHub({ hub: http, token: "wrong" }),
      (error) => error instanceof SdkError && error.code === "HUB_REFUSED",
    );
    await assert.rejects(openHub({ hub: http }), { code: "HUB_REFUSED" });
    await assert.rejects(openHub({ hub: "ftp://nowhere" }), { code: "HUB_ADDRESS_INVALID" });
    await assert.rejects(openHub({ hub: "unix:/nowhere/hub.sock", token }), { code: "HUB_UNREACHABLE" });
  }));

test("an agent that joined bids for jobs like the hub's own", () =>
  withHub(({ served, socket }) =>
    withAgent(counter, { hub: socket }, async () => {
      const contracted = await served.hub.dispatcher.call(
        "negotiation_contract_job",
        {
          run: "run_x",
          subject: "count",
          skill: "count",
          job: { easy: true, to: 2 },
          criteria: { price: 1, promisedTime: 0, reliability: 0, quality: 0 },
          replyMs: 1000,
          completeWithinMs: 5000,
        },
        { principal: { id: "coordinator", kind: "agent" } },
      );
      assert.match(JSON.stringify(contracted), /counter/);
    }),
  ));

/** Starts examples/greeter.ts in a process of its own. */
async function startGreeter(hub: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["--conditions=entente", join(root, "examples/greeter.ts")], {
    env: { ...process.env, ENTENTE_HUB: hub },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  for await (const chunk of child.stderr ?? []) {
    said += chunk;
    if (said.includes("joined the hub")) break;
  }
  assert.match(said, /joined the hub/);
  return child;
}

test("the example runs in a process of its own; killed with a task under way, the task says that it may have run", () =>
  withHub(async ({ served, socket }) => {
    const child = await startGreeter(socket);
    await using hub = await openHub({ hub: socket });
    assert.equal((await hub.send("greeter", "Ada")).text, "Hello, Ada!");
    const asked = await hub.send("greeter", [{ text: " " }]);
    assert.equal(asked.state, "TASK_STATE_INPUT_REQUIRED");
    child.kill("SIGKILL");
    await once(child, "close");
    for (let tries = 0; ; tries++) {
      const task = (await hub.a2a("GetTask", "greeter", { id: asked.taskId })) as { status: { state: string } }; // why: the task of A2A 1.0
      if (task.status.state === "TASK_STATE_FAILED") {
        assert.match(JSON.stringify(task), /the task may have run/);
        break;
      }
      assert.ok(tries < 800, "the task ends");
      await sleep(50);
    }
    assert.equal(served.hub.joined.isHere("greeter"), false);
    const again = await startGreeter(socket);
    assert.equal((await hub.send("greeter", "Bob")).text, "Hello, Bob!");
    again.kill("SIGINT");
    await once(again, "close");
  }));

test("a task of an agent whose work may be done twice waits for it, also over a restart of the hub", async () => {
  using folder = scratch();
  const data = join(folder.path, "data");
  const open = () =>
    serveHub(
      loadConfig({
        flags: [
          ["data.dir", data],
          ["http.port", "0"],
          ["log.level", "silent"],
        ],
      }),
    );
  const socket = `unix:${join(data, "run", "hub.sock")}`;
  const runs: string[] = [];
  const steady = defineAgent({
    ...counter,
    restart: "rerun",
    execute: async (task, { signal }) => {
      runs.push(task.id);
      if (runs.length === 1) await sleep(60_000, undefined, { signal, ref: false });
      return { text: `run ${runs.length}` };
    },
  });
  let id = "";
  {
    await using served = await open();
    await withAgent(steady, { hub: socket }, async () => {
      await using hub = await openHub({ hub: socket });
      const sent = (await hub.a2a("SendMessage", "counter", {
        message: { messageId: "m", role: "ROLE_USER", parts: [{ text: "go" }] },
        configuration: { returnImmediately: true },
      })) as { task: { id: string } }; // why: SendMessage answers with the task
      id = sent.task.id;
      for (let tries = 0; runs.length === 0; tries++) {
        assert.ok(tries < 200);
        await sleep(10);
      }
      await served[Symbol.asyncDispose]();
    });
  }
  await using _served = await open();
  await withAgent(steady, { hub: socket }, async () => {
    await using hub = await openHub({ hub: socket });
    for (let tries = 0; ; tries++) {
      const task = (await hub.a2a("GetTask", "counter", { id })) as { status: { state: string } }; // why: the task of A2A 1.0
      if (task.status.state === "TASK_STATE_COMPLETED") break;
      assert.ok(tries < 400, `the task is ${task.status.state}`);
      await sleep(25);
    }
  });
  assert.deepEqual(runs, [id, id]);
});

test("the README's example greets and solves", () =>
  withHub(async ({ socket }) => {
    const child = spawn(process.execPath, ["--conditions=entente", join(root, "packages/sdk/test/readme-example.ts")], {
      env: { ...process.env, ENTENTE_HUB: socket },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (chunk) => (said += chunk));
    const [code] = await once(child, "close");
    assert.equal(code, 0);
    assert.equal(said, "Hello, Ada!\n-2\n");
  }));
