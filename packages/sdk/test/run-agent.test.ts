/** How an agent comes back, against a hub whose answers each test writes. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CallError, receive, unixSocket } from "@entente/pipe";
import { defineAgent } from "../src/agent.ts";
import { dialHub } from "../src/dialling.ts";
import { doorInterface, hubInterface } from "../src/interfaces.ts";
import { runAgent } from "../src/run-agent.ts";

const agent = defineAgent({
  name: "worker",
  description: "Works.",
  skills: [{ id: "work", name: "Work", description: "Works" }],
  execute: async () => ({ text: "done" }),
});

/** Runs the agent at a hub that answers one `join` after the other: a number is how long it stays, in ms, a word the code of an error. */
async function runAt(
  answers: readonly (number | string)[],
  longestPauseMs: number,
): Promise<{ pauses: string[]; code: string | undefined }> {
  const folder = mkdtempSync(join(tmpdir(), "entente-sdk-"));
  const hub = `unix:${join(folder, "hub.sock")}`;
  const left = [...answers];
  const stop = new AbortController();
  const listener = await unixSocket.listen(hub, (endpoint) => {
    receive(endpoint, doorInterface, { enter: () => ({ principal: "operator", version: "0", url: "" }) });
    receive(endpoint, hubInterface, {
      async *callTool() {},
      listTools: () => [],
      join: () => {
        const answer = left.shift();
        if (answer === undefined) stop.abort();
        else if (typeof answer === "string") throw new CallError(answer, "not now");
        else setTimeout(() => endpoint.close("over"), answer);
        return { url: "" };
      },
    });
  });
  const pauses: string[] = [];
  const log = (line: string) => void pauses.push(...(/ended \(over\); coming back in (\d+) ms/.exec(line)?.slice(1) ?? []));
  try {
    const code = await runAgent(agent, { hub, signal: stop.signal, log, longestPauseMs }).then(
      () => undefined,
      (thrown) => String(thrown.code),
    );
    return { pauses, code };
  } finally {
    await listener.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

test("an agent comes back to a hub that answers with errors of its own, and ends when its name or profile is refused", async () => {
  assert.equal((await runAt([0, "INTERNAL", "CANCELLED", 0], 100)).code, undefined);
  for (const code of ["AGENT_NAME_FOREIGN", "INPUT_INVALID"]) assert.equal((await runAt([0, code, 0], 100)).code, code);
  assert.equal((await runAt(["INTERNAL"], 100)).code, "INTERNAL", "the first time every error is told");
});

test("the pauses double up to the longest while stays are short, and begin again after one that lasted", async () => {
  assert.deepEqual((await runAt([0, 0, 0, 0, 1000, 0], 400)).pauses, ["100", "200", "400", "400", "100", "200"]);
});

test("what takes the connection in and never answers the upgrade is unreachable after a while", async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // why: it listens on TCP
  try {
    await assert.rejects(dialHub(`http://127.0.0.1:${port}`, { answerMs: 50, signal: AbortSignal.timeout(5000) }), {
      code: "HUB_UNREACHABLE",
      message: /no answer to the upgrade within 50 ms/,
    });
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});
