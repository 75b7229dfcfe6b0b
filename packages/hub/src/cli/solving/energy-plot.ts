// A search's energies over time as text: a falling staircase in braille dots, two columns and four rows of them in each character. Time
// goes logarithmically, since each improvement takes some times as long as the one before. Early energies are often so far above the
// later ones that they would flatten everything else: where there are many, the first quarter of the improvements may leave the picture
// at the top.

/** [ms, energy], falling. */
export type EnergyPoint = readonly [number, number];

const dots = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const blank = 0x2800;
const fewPoints = 8;

/**
 * The lines of a picture of `width` by `height` characters without its axes: energies at the left, the time until `untilMs` below. Empty
 * where there is nothing to see yet: fewer than two energies.
 */
export function energyPlot(points: readonly EnergyPoint[], untilMs: number, width: number, height: number): readonly string[] {
  const last = points.at(-1);
  const first = points[points.length >= fewPoints ? points.length >> 2 : 0];
  if (!last || !first || points.length < 2 || last[1] === first[1]) return [];
  const [high, low] = [first[1], last[1]];
  const [columns, rows] = [2 * width, 4 * height];
  const cells = Array.from({ length: height }, () => new Array<number>(width).fill(blank));
  const put = (column: number, row: number): void => {
    const line = cells[row >> 2];
    if (line) line[column >> 1]! |= dots[column % 2 === 0 ? 0 : 1][row % 4]!;
  };
  const rowOf = (energy: number): number => Math.round((1 - Math.min(1, (energy - low) / (high - low))) * (rows - 1));
  const fromMs = Math.max(1, Math.min(points[0]![0], untilMs / 10));
  let before: number | undefined;
  let at = 0;
  for (let column = 0; column < columns; column++) {
    const ms = fromMs * (untilMs / fromMs) ** ((column + 1) / columns);
    while (at + 1 < points.length && points[at + 1]![0] <= ms) at += 1;
    if (points[at]![0] > ms) continue;
    const row = rowOf(points[at]![1]);
    // A step down is drawn through.
    for (let r = before ?? row; r <= row; r++) put(column, r);
    before = row;
  }
  const labels = [short(high), short(low)];
  const margin = Math.max(...labels.map((label) => label.length));
  const lines = cells.map((line, r) => {
    const label = r === 0 ? labels[0]! : r === height - 1 ? labels[1]! : "";
    return `${label.padStart(margin)} ${r === 0 || r === height - 1 ? "┤" : "│"}${String.fromCodePoint(...line)}`;
  });
  const [start, end] = [seconds(fromMs), `${seconds(untilMs)} (logarithmic)`];
  const rule = "─".repeat(Math.max(0, width - start.length - end.length - 2));
  return [...lines, `${" ".repeat(margin)} ╰${start} ${rule} ${end}`];
}

/** An energy in at most some ten characters. */
export function short(energy: number): string {
  return Number.isInteger(energy) ? String(energy) : String(Number(energy.toPrecision(8)));
}

/** A time as `0.12 s`. */
export function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}
