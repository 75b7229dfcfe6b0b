import { z } from "zod";
import { type CommandMaker, printJson, withSession } from "../command.ts";
import { numberFrom } from "../errors.ts";
import { paint, say } from "../terminal.ts";

const answer = z.object({
  passages: z.array(z.object({ path: z.string(), startLine: z.number(), endLine: z.number(), text: z.string() })),
  written: z.object({ model: z.string(), version: z.number(), text: z.string(), notice: z.string() }).nullable(),
});

const shownLines = 12;

const ask: CommandMaker = (program, tools) => {
  program
    .command("ask")
    .description("Ask your files: passages with file and line, and what the champion model writes, labelled as such.")
    .argument("<question>")
    .option("--passages <n>", "how many passages", "3")
    .option("--no-write", "passages only, no model")
    .action(async (question: string, options: { passages: string; write: boolean }) => {
      const result = await withSession(tools, (session) =>
        session.call(
          "learning_ask",
          { question, passages: numberFrom("--passages", options.passages), write: options.write },
          { signal: tools.signal },
        ),
      );
      if (tools.json()) return printJson(result);
      const { passages, written } = answer.parse(result);
      if (passages.length === 0) say("No passage of the ingested files fits. (entente learn PATH reads a folder.)");
      for (const passage of passages) {
        say(paint("bold", `${passage.path}:${passage.startLine}-${passage.endLine}`));
        const lines = passage.text.replace(/\n$/, "").split("\n");
        for (const line of lines.slice(0, shownLines)) say(`  ${line}`);
        if (lines.length > shownLines) say(paint("dim", `  … ${lines.length - shownLines} more lines`));
        say("");
      }
      if (!written) return;
      say(paint("yellow", `${written.model} version ${written.version} writes on. ${written.notice}`));
      for (const line of written.text.trimEnd().split("\n")) say(paint("dim", `  ${line}`));
    });
};
export default ask;
