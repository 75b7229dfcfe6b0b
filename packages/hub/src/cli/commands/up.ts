import { flushCompileCache } from "node:module";
import { resolve } from "node:path";
import { asEntenteError } from "../../base/errors.ts";
import { operator } from "../../base/principals.ts";
import { serveHub } from "../../serving.ts";
import type { CommandMaker } from "../command.ts";
import { giveBackMemory } from "../memory.ts";
import { readToken } from "../session.ts";
import { paint, say } from "../terminal.ts";
import { watchHub } from "../watching.ts";

const up: CommandMaker = (program, tools) => {
  program
    .command("up")
    .description("Open the hub: MCP at /mcp, A2A at /a2a/NAME, the console at /. Ends with Ctrl-C.")
    .option("--learn <path>", "let the agents learn from this folder first")
    .action(async (options: { learn?: string }) => {
      const config = tools.config();
      await using served = await serveHub(config);
      const { hub, url } = served;
      // A second later, so that nobody waits for it: what is compiled is kept for the next start, also when this process is
      // killed, and what only the start needed is given back.
      setTimeout(() => {
        flushCompileCache();
        giveBackMemory();
      }, 1000).unref();
      say(`${paint("bold", "Entente")} is open.`);
      say(`  console   ${paint("cyan", served.consoleLink())}   (opens once, within ten minutes)`);
      say(`  MCP       ${new URL("/mcp", url)}`);
      say(`  A2A       ${new URL("/a2a/coordinator", url)}`);
      say(`  token     ${resolve(config.values["data.dir"], "keys", "token")}`);
      say("");
      const head = await hub.store.db.selectFrom("event_head").select("seq").executeTakeFirstOrThrow();
      const watching = watchHub(url.origin, readToken(config), head.seq, tools.signal).catch(() => {}); // The hub goes on when nobody watches.
      const underWay = await hub.learning.runs.underWay();
      const folders = [
        ...(underWay ? [underWay.root] : []),
        ...(options.learn && resolve(options.learn) !== underWay?.root ? [resolve(options.learn)] : []),
      ];
      if (underWay) say(paint("yellow", `Going on with the run that was interrupted (${underWay.id}, ${underWay.phase}).`));
      for (const path of folders) {
        if (tools.signal.aborted) break;
        try {
          const done = await hub.dispatcher.call(
            "agent_send_message",
            { agent: "coordinator", text: `Learn from ${path}`, data: { path } },
            { principal: operator, signal: tools.signal },
          );
          if (!tools.signal.aborted) say(paint("bold", String(done.text)));
        } catch (error) {
          if (!tools.signal.aborted) say(paint("red", asEntenteError(error).message));
        }
      }
      if (folders.length > 0 && !tools.signal.aborted) {
        say("");
        say('Try:  npx entente ask "what does the gate check?"   npx entente versions   npx entente tools');
      }
      if (!tools.signal.aborted) await new Promise((stop) => tools.signal.addEventListener("abort", stop, { once: true }));
      say("Closing: finishing what runs …");
      await watching;
    });
};
export default up;
