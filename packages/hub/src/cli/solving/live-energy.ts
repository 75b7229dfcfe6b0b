import { paint } from "../terminal.ts";
import { type EnergyPoint, energyPlot, seconds, short } from "./energy-plot.ts";

const redrawMs = 80;
const [plotWidth, plotHeight] = [64, 8];

/** Shows a search while it runs, on stderr: its energies, drawn again in place, on a terminal; a line for each improvement elsewhere. */
export class LiveEnergy {
  #startedAt: number | undefined; // the first news: what went before was opening a hub and reading a file
  readonly #points: EnergyPoint[] = [];
  #drawnLines = 0;
  #drawnAt = Number.NEGATIVE_INFINITY;

  /** The search is `share` (0 to 1) through and has this energy so far, or none yet. */
  show(share: number, energy: number | undefined, message: string, now: number): void {
    this.#startedAt ??= now;
    const ms = now - this.#startedAt;
    const last = this.#points.at(-1);
    const better = energy !== undefined && (last === undefined || energy < last[1]);
    if (better) this.#points.push([ms, energy]);
    if (process.stderr.isTTY) {
      if (now - this.#drawnAt >= redrawMs) this.#draw(share, message, ms, now);
    } else if (better) process.stderr.write(`${seconds(ms).padStart(9)}  energy ${short(energy)}\n`);
  }

  /** Takes the picture away. */
  end(): void {
    if (this.#drawnLines > 0) process.stderr.write(`\u001b[${this.#drawnLines}A\u001b[0J`);
    this.#drawnLines = 0;
  }

  #draw(share: number, message: string, ms: number, now: number): void {
    const { columns = 80, rows = 24 } = process.stderr;
    const last = this.#points.at(-1);
    const room = Math.min(plotWidth, columns - 20);
    const picture = room >= 16 && rows >= plotHeight + 4 ? energyPlot(this.#points, ms, room, plotHeight) : [];
    const filled = Math.round(share * 24);
    const best = last ? `  best ${short(last[1])}` : "";
    const bar = `${"━".repeat(filled)}${"·".repeat(24 - filled)} ${String(Math.round(share * 100)).padStart(3)} %  ${seconds(ms)}`;
    const head = `${paint("cyan", bar, process.stderr)}${paint("bold", best, process.stderr)}`;
    const lines = bar.length + best.length < columns ? [head] : [bar.slice(0, columns - 1)];
    if (picture.length > 0) lines.push(...picture);
    else lines.push(paint("dim", message.slice(0, columns - 1), process.stderr));
    this.end();
    process.stderr.write(`${lines.join("\n")}\n`);
    this.#drawnLines = lines.length;
    this.#drawnAt = now;
  }
}
