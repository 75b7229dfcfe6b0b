/** Agents that bargain: with the SDK over pipes, and in a program with the official A2A SDK over HTTP. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig, serveHub } from "@entente/hub";
import { defineAgent, type HubClient, openHub, runAgent } from "@entente/sdk";
import { Contender } from "../bench/a2a/contender.ts";
import { insisting } from "../bench/negotiation/insisting.ts";
import { scratch } from "./hub-process.ts";

const root = resolve(import.meta.dirname, "..");
const issues = [
  { name: "price", values: [2, 4, 6, 8, 10], slo: "cost" },
  { name: "time", values: [500, 1000, 2000], slo: "totalMs" },
];

interface View {
  readonly status: string;
  readonly agreed: { readonly [issue: string]: string } | null;
  readonly agreement: string | null;
  readonly transcript: readonly { readonly act: string; readonly by: string; readonly utility: number | null }[];
}

async function withHub(work: (hub: HubClient, socket: string) => Promise<void>): Promise<void> {
  using folder = scratch();
  const data = join(folder.path, "data");
  const flags = [
    ["data.dir", data],
    ["http.port", "0"],
    ["log.level", "silent"],
    ["net.allowPrivate", "127.0.0.0/8"],
  ] as const;
  await using _served = await serveHub(loadConfig({ flags }));
  const socket = `unix:${join(data, "run", "hub.sock")}`;
  await using hub = await openHub({ hub: socket });
  await work(hub, socket);
}

async function statusAtEnd(hub: HubClient, id: string, more: { readonly as?: string } = {}): Promise<View> {
  return (await hub.call("negotiate_status", { id, waitMs: 20_000, ...more })) as unknown as View; // why: the tool's own output
}

async function until(hub: HubClient, tool: string): Promise<void> {
  while (!(await hub.tools()).some(({ name }) => name === tool)) await sleep(20);
}

test("an agent of the SDK bargains by its hook, with the operator by a strategy of the hub, and its twenty lines in examples do", () =>
  withHub(async (hub, socket) => {
    const child: ChildProcess = spawn(process.execPath, ["--conditions=entente", join(root, "examples/haggler.ts")], {
      env: { ...process.env, ENTENTE_HUB: socket },
      stdio: "ignore",
    });
    try {
      await until(hub, "agent__haggler");
      const { negotiation } = await hub.call("negotiate_start", {
        subject: "a review",
        with: ["haggler"],
        issues,
        preferences: {
          values: { price: { 2: 1, 4: 0.75, 6: 0.5, 8: 0.25, 10: 0 }, time: { 500: 1, 1000: 0.7, 2000: 0.1 } },
          weights: { price: 1, time: 2 },
          reservation: 0.3,
        },
      });
      const view = await statusAtEnd(hub, String(negotiation));
      assert.equal(view.status, "agreement");
      assert.ok((view.transcript.findLast(({ act }) => act === "offer")?.utility ?? 0) >= 0.3, "not below the reservation");
      const verified = await hub.call("agreement_verify", { id: view.agreement ?? "" });
      assert.deepEqual(verified, { holds: true, signatures: true, transcript: true, problem: null });
      const agreement = await hub.call("agreement_get", { id: view.agreement ?? "" });
      assert.deepEqual(agreement.document, { ...(agreement.document as object), contractor: "haggler", initiator: "operator" });
      await assert.rejects(hub.call("negotiate_accept", { id: String(negotiation) }), { code: "ACT_REFUSED" });
    } finally {
      child.kill();
      await once(child, "exit");
    }
  }));

test("two agents that joined over pipes, and two of a program elsewhere over HTTP, bargain for twenty rounds", () =>
  withHub(async (hub, socket) => {
    const stop = new AbortController();
    const running = ["near-buyer", "near-seller"].map((name) =>
      runAgent(
        defineAgent({
          name,
          description: "Bargains to the very end.",
          skills: [{ id: "bargain", name: "Bargain", description: "Bargain to the end" }],
          execute: async () => ({ text: "done" }),
          negotiate: insisting,
        }),
        { hub: socket, signal: stop.signal, log: () => {} },
      ),
    );
    await using elsewhere = await Contender.start(new URL("../bench/negotiation/sdk-negotiator.ts", import.meta.url));
    try {
      for (const name of ["near-buyer", "near-seller"]) await until(hub, `agent__${name.replace("-", "_")}`);
      for (const name of ["far-buyer", "far-seller"])
        await hub.call("agent_add", { url: new URL(name, elsewhere.url).href, allowUnsigned: true });
      for (const pair of [
        ["near-buyer", "near-seller"],
        ["far-buyer", "far-seller"],
        ["near-buyer", "far-seller"],
      ]) {
        const { negotiation } = await hub.call("negotiate_start", { subject: "work", with: pair, withoutMe: true, issues });
        const view = await statusAtEnd(hub, String(negotiation));
        assert.equal(view.status, "agreement", pair.join());
        assert.equal(view.transcript.length, 40);
        assert.ok(
          view.transcript.every(({ utility }) => utility === null),
          "what they want is not known here",
        );
      }
    } finally {
      stop.abort();
      await Promise.all(running);
    }
  }));

test("the reference page of the extension has the schemas of the code, and every example in it fits its schema", async () => {
  const { extensionSchemas } = await import("../packages/hub/src/negotiation/extension.ts");
  const { z } = await import("zod");
  const page = readFileSync(join(root, "docs/reference/negotiation-extension.md"), "utf8");
  const blocks = [...page.matchAll(/<!-- (schema|example): ([a-z-]+) -->\n```json\n(.*?)\n```/gs)];
  const of = (kind: string) => blocks.filter(([, what]) => what === kind).map(([, , name = "", text = ""]) => ({ name, text }));
  assert.deepEqual(
    of("schema")
      .map(({ name }) => name)
      .sort(),
    Object.keys(extensionSchemas).sort(),
  );
  for (const { name, text } of of("schema"))
    assert.deepEqual(
      JSON.parse(text),
      JSON.parse(JSON.stringify(z.toJSONSchema(extensionSchemas[name as keyof typeof extensionSchemas], { io: "input" }))),
      name,
    ); // why: the names were compared
  assert.ok(of("example").length >= 8);
  for (const { name, text } of of("example"))
    assert.ok(extensionSchemas[name as keyof typeof extensionSchemas].safeParse(JSON.parse(text)).success, text); // why: as above
});
