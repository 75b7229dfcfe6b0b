import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { planView } from "../../negotiation/plans/view.ts";
import { type CommandMaker, printJson, withSession } from "../command.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { LiveTree } from "../plans/live-tree.ts";
import { type PlanShown, planSummary, planTitle, planTree } from "../plans/tree.ts";
import type { Session } from "../session.ts";
import { paint, say } from "../terminal.ts";

// Every call is kept in the event log: news are waited for, and only the times are drawn again in between.
const newsMs = 30_000;
const drawMs = 1000;
const shownLines = 20;

const plan: CommandMaker = (program, tools) => {
  program
    .command("plan")
    .description(
      "Carry out a plan: tasks that wait for one another, each given to the best bidder, within a budget and a deadline. Ctrl-C leaves it to the hub.",
    )
    .argument("<file>", "a JSON file with subject, tasks, and perhaps budget and deadlineMs; - for stdin")
    .option("--cancel", "Ctrl-C cancels the plan")
    .action(async (file: string, options: { cancel?: boolean }) => {
      const given = planFrom(file === "-" ? await text(process.stdin) : readFile(file));
      await withSession(tools, async (session) => {
        const begun = planView.parse(await session.call("plan_run", { ...given, wait: false }));
        const ended = await followed(session, begun, options.cancel ?? false);
        if (tools.json()) printJson(ended);
        else sayEnd(ended);
        if (ended.status !== "done") process.exitCode = exitCodes.failed;
      });
    });

  async function followed(session: Session, begun: PlanShown, cancels: boolean): Promise<PlanShown> {
    const tree = tools.json() ? undefined : new LiveTree(begun);
    let shown = begun;
    const drawing = setInterval(() => tree?.show(shown, Date.now()), drawMs);
    try {
      while (shown.closedAt === null) {
        tree?.show(shown, Date.now());
        const asked = { plan: shown.plan, after: shown.events, waitMs: newsMs };
        shown = planView.parse(await session.call("plan_status", asked, { signal: tools.signal }));
      }
      tree?.show(shown, Date.now());
      return shown;
    } catch (thrown) {
      if (!tools.signal.aborted) throw thrown;
      if (cancels) await session.call("plan_cancel", { plan: shown.plan, reason: "cancelled at the command line" });
      const where = session.url === undefined ? "goes on when a hub starts on this folder" : "goes on in the hub";
      const how = cancels
        ? `the plan is cancelled: entente call plan_status '{"plan": "${shown.plan}"}'`
        : `the plan ${where}; it is ended by: entente call plan_cancel '{"plan": "${shown.plan}"}'`;
      process.stderr.write(`${how}\n`);
      throw thrown;
    } finally {
      clearInterval(drawing);
      tree?.end();
    }
  }
};
export default plan;

function sayEnd(plan: PlanShown): void {
  say(paint("bold", planTitle(plan)));
  for (const line of planTree(plan, Date.now())) say(line);
  say(planSummary(plan, Date.now()));
  // What nobody waits for is what the plan was for.
  const used = new Set(plan.tasks.flatMap(({ after }) => after));
  for (const { id, results } of plan.tasks.filter((task) => !used.has(task.id)))
    for (const { contractor, output } of results) {
      say("");
      say(paint("bold", `${id}, by ${contractor}`));
      const lines = JSON.stringify(output, null, 2).split("\n");
      for (const line of lines.slice(0, shownLines)) say(`  ${line}`);
      if (lines.length > shownLines) say(paint("dim", `  … ${lines.length - shownLines} more lines; --json has all`));
    }
}

function planFrom(content: string): object {
  let got: string;
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
    got = Array.isArray(value) ? "an array" : JSON.stringify(value);
  } catch (cause) {
    got = cause instanceof Error ? cause.message : String(cause);
  }
  throw cliErrors.ARGUMENT_INVALID({ argument: "<file>", wanted: "a plan as a JSON object", got });
}

function readFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw cliErrors.ARGUMENT_INVALID({ argument: "<file>", wanted: "a file to read", got: problem }, { cause });
  }
}
