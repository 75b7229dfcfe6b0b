import assert from "node:assert/strict";
import type { StreamResponse, Task } from "../../src/a2a/protocol.ts";
import { Registry } from "../../src/a2a/registry.ts";
import type { Call } from "../../src/a2a/service.ts";
import { type Agent, defineAgent } from "../../src/base/agent.ts";
import { systemClock } from "../../src/base/clock.ts";
import { EntenteError } from "../../src/base/errors.ts";
import { operator } from "../../src/base/principals.ts";
import type { Store } from "../../src/store/store.ts";
import { openLog } from "../../src/telemetry/log.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { toolLess } from "../tool-less.ts";

/** The operator's call from inside the hub. */
export const call: Call = {
  principal: operator,
  extensions: [],
  tenant: "",
  version: "1.0",
  signal: new AbortController().signal,
};

/** Parameters of a send of one text. */
export const send = (text: string, more: object = {}) => ({
  message: { messageId: crypto.randomUUID(), role: "ROLE_USER" as const, parts: [{ text }], ...more },
});

/** With a send that does not wait. */
export const atOnce = { configuration: { returnImmediately: true } };

/** The task of an answer. */
export const task = (answer: StreamResponse): Task => ("task" in answer ? answer.task : assert.fail(JSON.stringify(answer)));

/** Whether an error has a code. */
export const code = (wanted: string) => (error: unknown) => error instanceof EntenteError && error.code === wanted;

/** An agent that does the next step whenever it is told to. */
export function stepper(restart: "fail" | "rerun" = "fail"): { agent: Agent; step: (text: string) => void } {
  let wake = (_text: string): void => {};
  const agent = defineAgent({
    profile: { name: "stepper", description: "Goes step by step.", skills: [] },
    restart,
    execute: async (_task, ctx) => {
      for (;;) {
        const text = await new Promise<string>((resolve) => (wake = resolve));
        if (text === "end") return { text };
        ctx.artifact({ id: "steps", content: [{ text }] });
      }
    },
  });
  return { agent, step: (text) => wake(text) };
}

/** A registry on a store, with agents that have no tools. */
export async function registryOn(store: Store, folder: string, agents: readonly Agent[], more: object = {}): Promise<Registry> {
  const log = openLog("silent");
  const registry = new Registry({
    store,
    metrics: new Metrics(),
    log,
    clock: systemClock,
    dataFolder: folder,
    version: "0.0.0",
    contextFor: toolLess,
    replyFor: () => undefined,
    ...more,
  });
  for (const agent of agents) await registry.add(agent, "http://127.0.0.1");
  return registry;
}
