// The hub with one agent that echoes and one that waits, over SQLite on disk.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig, operator, serveHub } from "@entente/hub";
import { scratch } from "../../test/hub-process.ts";
import { answerContender } from "./contender.ts";

const folder = scratch();
const skills = [{ id: "echo", name: "Echo", description: "Says it back." }];
const served = await serveHub(
  loadConfig({
    flags: [
      ["data.dir", folder.path],
      ["http.port", "0"],
      ["log.level", "silent"],
      ["a2a.liveTasks", "1000000"],
    ],
  }),
  undefined,
  [
    {
      profile: { name: "echo", description: "Says it back.", skills },
      execute: async (task) => ({ text: `you said: ${task.text}` }),
    },
    {
      profile: { name: "parrot", description: "Says it back at once.", skills },
      answer: async ({ text }) => ({ text: `you said: ${text}` }),
      execute: async (task) => ({ text: `you said: ${task.text}` }),
    },
    {
      profile: { name: "waiter", description: "Waits.", skills },
      execute: (_task, { signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true })),
    },
  ],
);
let commits = 0;
served.hub.store.onCommit(() => {
  commits += 1;
});
process.on("exit", () => folder[Symbol.dispose]());

// Tasks per second that an agent is sent in this process, 512 in flight, each on disk when it counts.
async function tasksPerSecond(agent: string, count: number, returnImmediately: boolean): Promise<number> {
  const { service } = served.hub.registry.get(agent);
  const call = { principal: operator, extensions: [], tenant: "", version: "1.0", signal: new AbortController().signal };
  let left = count;
  const lane = async (): Promise<void> => {
    while (left-- > 0)
      await service.sendMessage(
        {
          message: { messageId: `m${left}`, role: "ROLE_USER", parts: [{ text: "hello there, agent" }] },
          configuration: { returnImmediately },
        },
        call,
      );
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: 512 }, lane));
  return (count / (performance.now() - started)) * 1000;
}

const token = readFileSync(join(folder.path, "keys", "token"), "utf8").trim();
answerContender(
  { url: served.url.href, socket: `unix:${join(folder.path, "run", "hub.sock")}`, headers: { authorization: `Bearer ${token}` } },
  {
    commits: async () => commits,
    created: () => tasksPerSecond("waiter", 8000, true),
    whole: () => tasksPerSecond("echo", 8000, false),
  },
);
