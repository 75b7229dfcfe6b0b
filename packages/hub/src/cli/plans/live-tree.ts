import { paint } from "../terminal.ts";
import { type PlanShown, plain, planSummary, planTitle, planTree } from "./tree.ts";

/** Shows a plan while it runs, on stderr: a tree that is drawn again in place on a terminal, a line for each task that changed elsewhere. */
export class LiveTree {
  #drawn = 0;
  #standings = new Map<string, string>();

  constructor(plan: PlanShown) {
    if (!process.stderr.isTTY) process.stderr.write(`${plan.plan}: ${planTitle(plan)}\n`);
  }

  /** Shows how the plan stands. */
  show(plan: PlanShown, now: number): void {
    if (process.stderr.isTTY) this.#draw(plan, now);
    else this.#list(plan);
  }

  /** Takes the tree away. */
  end(): void {
    if (this.#drawn > 0) process.stderr.write(`\u001b[${this.#drawn}A\u001b[0J`);
    this.#drawn = 0;
  }

  #draw(plan: PlanShown, now: number): void {
    const { columns = 100, rows = 40 } = process.stderr;
    const all = [paint("bold", planTitle(plan), process.stderr), ...planTree(plan, now), ...planSummary(plan, now).split("\n")];
    // What is taller than the terminal could not be drawn again in place.
    const fits = Math.max(3, rows - 1);
    const lines =
      all.length <= fits ? all : [...all.slice(0, fits - 2), `… ${all.length - fits + 1} more lines`, ...all.slice(-1)];
    this.end();
    process.stderr.write(lines.map((line) => `${cut(line, columns - 1)}\u001b[0m\n`).join(""));
    this.#drawn = lines.length;
  }

  #list(plan: PlanShown): void {
    for (const { id, standing, contractors, reason } of plan.tasks) {
      if (this.#standings.get(id) === standing || standing === "pending") continue;
      this.#standings.set(id, standing);
      const words = standing === "done" ? ` by ${contractors.join(", ")}` : reason === null ? "" : `: ${plain(reason)}`;
      process.stderr.write(`  ${id} ${standing}${words}\n`);
    }
  }
}

// Colours take no room.
function cut(line: string, columns: number): string {
  let [room, out] = [columns, ""];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences begin with the escape character
  for (const piece of line.match(/\u001b\[\d+m|[\s\S]/gu) ?? []) {
    if (piece.startsWith("\u001b")) out += piece;
    else if (room-- > 0) out += piece;
  }
  return out;
}
