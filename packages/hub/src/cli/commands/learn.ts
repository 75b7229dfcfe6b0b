import { resolve } from "node:path";
import { z } from "zod";
import { EntenteError } from "../../base/errors.ts";
import { runningHub, serveHub } from "../../serving.ts";
import { type CommandMaker, printJson } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { openSession, readToken } from "../session.ts";
import { say } from "../terminal.ts";
import { watchHub } from "../watching.ts";

const reply = z.object({ state: z.string().nullable(), text: z.string() });

const learn: CommandMaker = (program, tools) => {
  program
    .command("learn")
    .description(
      "Have the agents learn from a folder: ingest, curate, train, examine, promote. Uses the running hub, or opens one for the time of the run.",
    )
    .argument("<path>", "a folder on the hub's machine")
    .option("--force", "train even when no file changed")
    .action(async (path: string, options: { force?: boolean }) => {
      const config = tools.config();
      await using _own = (await runningHub(config.values["data.dir"])) ? undefined : await serveHub(config);
      await using session = await openSession(config);
      const stop = new AbortController();
      const { events } = z.object({ events: z.number() }).parse(await session.call("hub_status", {}));
      const watching = tools.json() || !session.url ? undefined : watchHub(session.url, readToken(config), events, stop.signal);
      try {
        const answer = reply.parse(
          await session.call(
            "agent_send_message",
            { agent: "coordinator", text: `Learn from ${path}`, data: { path: resolve(path), force: options.force ?? false } },
            { signal: tools.signal },
          ),
        );
        if (answer.state !== "TASK_STATE_COMPLETED") throw new EntenteError("CONTRACT_FAILED", 502, answer.text, {});
        const run = await session.call("learning_get_run", { run: "latest" });
        stop.abort();
        await watching;
        if (tools.json()) printJson(run);
        else say(answer.text);
        if (run.status === "refused") process.exitCode = exitCodes.refused;
      } finally {
        stop.abort();
        await watching?.catch(() => {}); // Its end was asked for.
      }
    });
};
export default learn;
