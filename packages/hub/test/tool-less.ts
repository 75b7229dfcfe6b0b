import assert from "node:assert/strict";
import { systemClock } from "../src/base/clock.ts";
import type { ToolContext } from "../src/base/tool.ts";
import { openLog } from "../src/telemetry/log.ts";

/** What an agent acts in where there are no tools: its own name, and a silent log. */
export function toolLess(agent: string, signal: AbortSignal): ToolContext {
  return {
    principal: { id: agent, kind: "agent" },
    signal,
    progress: () => {},
    log: openLog("silent"),
    clock: systemClock,
    call: async (tool) => assert.fail(`no tool here: ${tool}`),
  };
}
