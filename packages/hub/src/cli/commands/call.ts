import { text } from "node:stream/consumers";
import { EntenteError } from "../../base/errors.ts";
import { type CommandMaker, printJson, withSession } from "../command.ts";
import { clearBar, showBar } from "../terminal.ts";

const call: CommandMaker = (program, tools) => {
  program
    .command("call")
    .description("Call a tool. Input is JSON, given as an argument or by `-` on stdin; the result is JSON on stdout.")
    .argument("<tool>")
    .argument("[input]", "a JSON object, or - for stdin", "{}")
    .action(async (tool: string, raw: string) => {
      const given = raw === "-" ? await text(process.stdin) : raw;
      let input: object;
      try {
        input = JSON.parse(given);
      } catch (cause) {
        throw new EntenteError(
          "INPUT_INVALID",
          400,
          `wanted a JSON object as input; ${cause instanceof Error ? cause.message : cause}`,
          {},
          { cause },
        );
      }
      const started = Date.now();
      const result = await withSession(tools, (session) =>
        session.call(tool, input, {
          signal: tools.signal,
          progress: ({ done, total, message }) => total && showBar(message ?? "", done, total, started, Date.now()),
        }),
      );
      clearBar();
      printJson(result);
    });
};
export default call;
