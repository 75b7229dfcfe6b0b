import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { z } from "zod";
import { type CommandMaker, type CommandTools, printJson, withSession } from "../command.ts";
import { paint, say, table } from "../terminal.ts";

const listed = z.object({
  agents: z.array(
    z.object({
      name: z.string(),
      url: z.string(),
      skills: z.array(z.object({ id: z.string() })),
      signed: z.boolean(),
      where: z.string(),
      reliability: z.number(),
      agreements: z.object({ fulfilled: z.number(), late: z.number(), failed: z.number() }),
      tasks: z.object({ working: z.number() }),
    }),
  ),
});
const elsewhere = z.object({
  name: z.string(),
  url: z.string(),
  skills: z.array(z.string()),
  signed: z.boolean(),
  health: z.object({ state: z.string(), problem: z.string().nullable() }),
  pending: z.object({ hash: z.string(), changes: z.array(z.string()) }).nullable(),
});
const added = z.object({ agent: elsewhere, reachedAt: z.string() });
const checked = z.object({ agents: z.array(elsewhere) });
const found = z.object({
  found: z.array(
    z.object({ agent: z.string(), skill: z.string(), description: z.string(), where: z.string(), score: z.number() }),
  ),
});

const agents: CommandMaker = (program, tools) => {
  const command = program
    .command("agents")
    .description("List the agents: what they are good for, their record, where to reach them.")
    .action(() =>
      show(tools, "agent_list", {}, (result, running) => {
        const rows = listed
          .parse(result)
          .agents.map((agent) => [
            agent.name,
            agent.skills.map((skill) => skill.id).join(", "),
            agent.signed ? "signed" : "UNSIGNED",
            `${agent.agreements.fulfilled} kept, ${agent.agreements.late} late, ${agent.agreements.failed} broken`,
            agent.reliability.toFixed(2),
            agent.where === "here" ? (agent.tasks.working > 0 ? "working" : "idle") : agent.where,
            agent.url,
          ]);
        table(["agent", "skills", "card", "agreements", "reliability", "now", "A2A"], rows);
        if (!running) say(`\n${notRunning}`);
      }),
    );
  add(command, tools);
  command
    .command("check")
    .description("Look at the cards of the agents elsewhere now: who answers, and whose card changed and how.")
    .argument("[name]", "only this agent")
    .action((name?: string) =>
      show(tools, "agent_check", name === undefined ? {} : { name }, (result) => {
        const { agents: members } = checked.parse(result);
        if (members.length === 0) return say("No agents elsewhere. Add one with `entente agents add URL`.");
        for (const member of members) sayElsewhere(member);
      }),
    );
  command
    .command("approve")
    .description("Take the changed card of an agent elsewhere in place of the pinned one.")
    .argument("<name>", "the agent")
    .argument("<hash>", "hash of the card that you looked at, as `agents check` shows it")
    .action((name: string, hash: string) =>
      show(tools, "agent_approve_card", { name, hash }, () => say(`The changed card of ${name} is pinned now.`)),
    );
  command
    .command("remove")
    .description("Forget an agent elsewhere; the records of its tasks stay.")
    .argument("<name>", "the agent")
    .action((name: string) => show(tools, "agent_remove", { name }, () => say(`${name} is forgotten.`)));
  command
    .command("search")
    .description("Find agents by what they can do.")
    .argument("<query...>", "what should be done, in words")
    .action((words: readonly string[]) =>
      show(tools, "agent_search", { query: words.join(" ") }, (result) => {
        const rows = found
          .parse(result)
          .found.map(({ agent, skill, where, score, description }) => [agent, skill, where, score.toFixed(2), description]);
        if (rows.length === 0) return say("No agent's skills speak of that.");
        table(["agent", "skill", "where", "fits", "what it does"], rows);
      }),
    );
};
export default agents;

function add(command: Command, tools: CommandTools): void {
  command
    .command("add")
    .description("Add an agent elsewhere: its card is checked and pinned, and it is reached through this hub from then on.")
    .argument("<url>", "the agent's base URL, or that of its card")
    .option("--name <name>", "name to know it by here (default: from its card)")
    .option("--key <file>", "file with the public key (JWK) to trust, when the agent's own origin does not publish it")
    .option("--credential <file>", "file with the bearer token that the agent wants")
    .option("--allow-unsigned", "take a card that nobody signed")
    .action((url: string, options: { name?: string; key?: string; credential?: string; allowUnsigned?: boolean }) =>
      show(
        tools,
        "agent_add",
        {
          url,
          ...(options.name ? { name: options.name } : {}),
          ...(options.key ? { key: JSON.parse(readFileSync(options.key, "utf8")) } : {}),
          ...(options.credential ? { credential: readFileSync(options.credential, "utf8").trim() } : {}),
          allowUnsigned: options.allowUnsigned ?? false,
        },
        (result, running) => {
          const { agent, reachedAt } = added.parse(result);
          sayElsewhere(agent);
          say(`reached at  ${reachedAt}`);
          if (!running) say(notRunning);
        },
      ),
    );
}

// The addresses of a hub that only this command opened are those it will have.
const notRunning = "The hub is not running: its addresses lead somewhere once `entente up` has started it.";

async function show(
  tools: CommandTools,
  tool: string,
  input: object,
  print: (result: Record<string, unknown>, running: boolean) => void,
): Promise<void> {
  const { result, running } = await withSession(tools, async (session) => ({
    result: await session.call(tool, input, { signal: tools.signal }),
    running: session.url !== undefined,
  }));
  if (tools.json()) printJson(result);
  else print(result, running);
}

function sayElsewhere({ name, url, skills, signed, health, pending }: z.output<typeof elsewhere>): void {
  const state = health.state === "down" ? paint("red", "down") : health.state;
  say(`${paint("bold", name)}  ${state}, ${signed ? "signed" : paint("yellow", "UNSIGNED")}, ${skills.join(", ")}  ${url}`);
  if (health.problem) say(`  ${health.problem}`);
  if (!pending) return;
  say(paint("yellow", "  its card changed and waits for approval:"));
  for (const change of pending.changes) say(`    ${change}`);
  say(`  take it with  entente agents approve ${name} ${pending.hash}`);
}
