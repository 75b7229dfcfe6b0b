import { z } from "zod";
import { runningHub } from "../../serving.ts";
import { type CommandMaker, printJson } from "../command.ts";
import { cliErrors } from "../errors.ts";
import { readToken } from "../session.ts";
import { say } from "../terminal.ts";

const made = z.object({ link: z.string() });

const link: CommandMaker = (program, tools) => {
  program
    .command("link")
    .description("Print a new console link of the running hub; it opens once, within ten minutes.")
    .action(async () => {
      const config = tools.config();
      const running = await runningHub(config.values["data.dir"]);
      if (!running) throw cliErrors.HUB_NOT_RUNNING({ dataFolder: config.values["data.dir"] });
      const headers = { authorization: `Bearer ${readToken(config)}` };
      const answer = await fetch(new URL("/console-link", running.url), { method: "POST", headers, signal: tools.signal });
      const { link } = made.parse(await answer.json());
      if (tools.json()) printJson({ link });
      else say(link);
    });
};
export default link;
