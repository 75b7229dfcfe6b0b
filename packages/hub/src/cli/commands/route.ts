import { z } from "zod";
import { type CommandMaker, printJson, withSession } from "../command.ts";
import { numberFrom } from "../errors.ts";
import { table } from "../terminal.ts";

const chosen = z.object({
  agent: z.string().nullable(),
  because: z.string(),
  choice: z.object({
    ranked: z.array(
      z.object({ agent: z.string(), score: z.number(), expectedMs: z.number(), outstanding: z.number(), near: z.boolean() }),
    ),
    dropped: z.array(z.object({ agent: z.string(), filter: z.string(), why: z.string() })),
  }),
});

const route: CommandMaker = (program, tools) => {
  program
    .command("route")
    .argument("<text>", "what is wanted, in words")
    .option("--skill <id>", "a skill's id, or one of its tags")
    .option("--within <ms>", "time until an answer is of no use any more, ms")
    .description("Say which agent a message would go to and why, without sending it.")
    .action(async (text: string, { skill, within }: { skill?: string; within?: string }) => {
      const input = {
        text,
        ...(skill === undefined ? {} : { skill }),
        ...(within === undefined ? {} : { withinMs: numberFrom("--within", within) }),
      };
      const result = await withSession(tools, (session) => session.call("routing_choose_agent", input));
      if (tools.json()) return printJson(result);
      const { agent, because, choice } = chosen.parse(result);
      process.stdout.write(`${agent === null ? "nobody" : agent}: ${because}\n\n`);
      table(
        ["agent", "score", "expected", "under way", ""],
        [
          ...choice.ranked.map((one) => [
            one.agent,
            one.score.toFixed(2),
            `${Math.round(one.expectedMs)} ms`,
            String(one.outstanding),
            one.near ? "near the best" : "",
          ]),
          ...choice.dropped.map((drop) => [drop.agent, "", "", "", `dropped: ${drop.why}`]),
        ],
      );
    });
};
export default route;
