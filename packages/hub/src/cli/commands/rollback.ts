import { z } from "zod";
import { versionSchema } from "../../learning/version-view.ts";
import { type CommandMaker, printJson, withSession } from "../command.ts";
import { say } from "../terminal.ts";

const moved = z.object({ from: versionSchema, to: versionSchema });

const rollback: CommandMaker = (program, tools) => {
  program
    .command("rollback")
    .description("Go back to the champion before, bit for bit.")
    .action(async () => {
      const result = await withSession(tools, (session) => session.call("learning_rollback", {}));
      if (tools.json()) return printJson(result);
      const { from, to } = moved.parse(result);
      say(
        `Version ${to.number} of ${to.model} is the champion again, in place of ${from.number}. Its weights are checked: SHA-256 ${to.weightsHash.slice(0, 16)}…`,
      );
    });
};
export default rollback;
