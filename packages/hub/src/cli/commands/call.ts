import { text } from "node:stream/consumers";
import { type CommandMaker, printJson, withSession } from "../command.ts";
import { cliErrors } from "../errors.ts";
import { clearBar, showBar } from "../terminal.ts";

const call: CommandMaker = (program, tools) => {
  program
    .command("call")
    .description("Call a tool. Input is JSON, given as an argument or by `-` on stdin; the result is JSON on stdout.")
    .argument("<tool>")
    .argument("[input]", "a JSON object, or - for stdin", "{}")
    .action(async (tool: string, raw: string) => {
      const given = raw === "-" ? await text(process.stdin) : raw;
      const input = objectFrom(given);
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

function objectFrom(text: string): object {
  let got: string;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
    got = Array.isArray(value) ? "an array" : JSON.stringify(value);
  } catch (cause) {
    got = cause instanceof Error ? cause.message : String(cause);
  }
  throw cliErrors.ARGUMENT_INVALID({ argument: "[input]", wanted: "a JSON object", got });
}
