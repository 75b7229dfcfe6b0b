// Two companies on one hub, with two agents each: they agree on price, deadline, quality and data region of a job, do it, miss the deadline
// once on purpose, and bargain again. Beside a running hub (npm start):
//   npm run example -- examples/two-companies/run.ts
import { type Agent, openHub, runAgent, textOf } from "@entente/sdk";
import { z } from "zod";
import { auditor, planner } from "./alder.ts";
import { engine, makeDesk } from "./birch.ts";

const said = z.array(z.object({ text: z.string().optional() }));
const streamSchema = z.object({
  statusUpdate: z.object({ status: z.object({ state: z.string(), message: z.object({ parts: said }).optional() }) }).optional(),
  artifactUpdate: z.object({ artifact: z.object({ parts: said }) }).optional(),
});
const companies: Readonly<Record<string, readonly Agent[]>> = { alder: [planner, auditor], birch: [makeDesk(), engine] };
const hub = process.env.ENTENTE_HUB ?? "unix:.entente/run/hub.sock";
const stop = new AbortController();
const running: Promise<void>[] = [];
await using operator = await openHub({ hub });
try {
  for (const [company, agents] of Object.entries(companies)) {
    // Each company is a client with a token of its own: it sees its own tasks and agreements, and nothing of the other's.
    const { token } = await operator.call("hub_add_principal", { name: company });
    for (const agent of agents) await joined(agent, String(token));
  }
  for await (const event of operator.stream("alder-planner", "Plan this week's deliveries")) {
    const { statusUpdate, artifactUpdate } = streamSchema.parse(event);
    const text = textOf(statusUpdate?.status.message?.parts ?? artifactUpdate?.artifact.parts ?? []);
    if (text) console.log(text);
    if (statusUpdate?.status.state === "TASK_STATE_FAILED") process.exitCode = 1;
  }
} finally {
  stop.abort();
  await Promise.allSettled(running);
  for (const agent of Object.values(companies).flat()) await operator.call("agent_remove", { name: agent.name }).catch(() => {}); // It may not have joined.
  for (const company of Object.keys(companies)) await operator.call("hub_revoke_principal", { name: company }).catch(() => {}); // It may not have been made.
}

function joined(agent: Agent, token: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const options = { hub, token, signal: stop.signal, log: (line: string) => line.includes("joined") && resolve() };
  running.push(runAgent(agent, options).catch(reject));
  return promise;
}
