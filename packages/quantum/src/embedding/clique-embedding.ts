// Complete graphs by construction (after Boothby, King and Roy 2016, arXiv 1507.04774, there for Chimera; here for every grid of
// crossing lines). A chain is an L: a vertical line over the rows R and a horizontal one over the columns C, joined where they
// cross. Chains follow each other so that C gains the column of the next one and R loses the row of the last one; then the vertical
// part of an earlier chain and the horizontal part of a later one always cross. All chains have about the same length, because
// |C| + |R| = L stays. At each step either end of C may grow and either end of R shrink, and a broken line is left out: dynamic
// programming over all (C, R) finds the most chains for each L. Rejected: a fixed diagonal (a few broken qubits cost it a lot).
import { QuantumError } from "../errors.ts";
import { Pauses } from "../pauses.ts";
import type { Chip } from "../topology/chip.ts";
import { type CliqueGrid, cliqueGridOf, qubitsOver, type Reach, segmentsOver } from "./clique-grid.ts";
import type { Embedding } from "./embedding.ts";

/** What a clique embedding is asked. */
export interface CliqueOptions {
  /** How many variables; the largest clique of the chip without it. */
  readonly size?: number;
  readonly signal?: AbortSignal;
}

/**
 * Chains of a complete graph on a chip, all about equally long, the longest as short as this construction allows. Always the same
 * for the same chip. Throws EMBEDDING_NOT_FOUND, OPTION_INVALID, or the signal's reason.
 */
export async function cliqueEmbedding(chip: Chip, { size, signal }: CliqueOptions = {}): Promise<Embedding> {
  if (size !== undefined && (!Number.isInteger(size) || size < 1))
    throw new QuantumError("OPTION_INVALID", { option: "size", wanted: "a whole number of at least 1", got: size });
  const pauses = new Pauses(signal);
  const grid = cliqueGridOf(chip);
  const { columns, rows } = grid.grid;
  const perStep = Math.max(...grid.reaches.flatMap((units) => units.map((lines) => lines.length)));
  const longest = Math.min(columns, rows) + 1;
  let best: Ells = { count: 0, ells: [] };
  let bestSpan = 0;
  const take = async (span: number, most?: number) => {
    const found = mostElls(grid, span, most ?? Number.POSITIVE_INFINITY);
    if (pauses.due(1e9)) await pauses.take();
    return found;
  };
  if (size === undefined) {
    for (let span = longest; span >= 2 && perStep * (span - 1) > best.count; span--) {
      const found = await take(span);
      if (found.count >= best.count) [best, bestSpan] = [found, span];
    }
  } else {
    for (let span = Math.ceil(size / perStep) + 1; span <= longest && best.count < size; span++) {
      const found = await take(span);
      if (found.count > best.count) [best, bestSpan] = [found, span];
    }
  }
  const wanted = size ?? best.count;
  if (best.count < wanted || wanted === 0) {
    const why = `the largest found on this chip has ${best.count} variables`;
    throw new QuantumError("EMBEDDING_NOT_FOUND", { wanted: `a clique of ${size ?? 1} variables`, why });
  }
  let chains = chainsOf(grid, best, wanted);
  for (;;) {
    const shorter = await take(bestSpan, Math.max(...chains.map((c) => c.length)) - 1);
    if (shorter.count < wanted) return chains;
    chains = chainsOf(grid, shorter, wanted);
  }
}

interface Ell {
  readonly column: number;
  readonly row: number;
  readonly columns: readonly [number, number];
  readonly rows: readonly [number, number];
}

interface Ells {
  readonly count: number;
  readonly ells: readonly Ell[];
  /** The longest chain allowed. */
  readonly most?: number;
}

// The steps, first to last, whose chains are the most, with |C| + |R| = span and no chain longer than `most` qubits.
// A state is (C, R, whether the newest column is C's last); its value is the number of chains of all steps before.
function mostElls(grid: CliqueGrid, span: number, most: number): Ells {
  const { columns, rows } = grid.grid;
  const values: Int32Array[] = [];
  const backs: Uint8Array[] = [];
  const at = (c: number, r: number, last: number) => (c * rows + r) * 2 + last;
  for (let width = 1; width < span; width++) {
    values.push(new Int32Array(columns * rows * 2).fill(-1));
    backs.push(new Uint8Array(columns * rows * 2));
  }
  let count = -1;
  let end: { readonly c: number; readonly r: number; readonly last: number } | undefined;
  for (let width = 1; width < span; width++) {
    const height = span - width;
    const value = values[width - 1]!;
    for (let c = 0; c + width <= columns; c++) {
      for (let r = 0; r + height <= rows; r++) {
        for (let last = 0; last < 2; last++) {
          const before = width === 1 ? (last === 0 ? 0 : -1) : value[at(c, r, last)]!;
          if (before < 0) continue;
          const column = last === 1 ? c + width - 1 : c;
          const vertical = reaching(grid.reaches[0][column]!, r, r + height - 1);
          for (let lastRow = 0; lastRow < (height === 1 ? 1 : 2); lastRow++) {
            const row = lastRow === 1 ? r + height - 1 : r;
            const horizontal = reaching(grid.reaches[1][row]!, c, c + width - 1);
            const sum = before + pairs(grid, vertical, horizontal, [r, r + height - 1], [c, c + width - 1], most).length;
            if (height === 1) {
              if (sum > count) [count, end] = [sum, { c, r, last }];
              continue;
            }
            const nextRow = lastRow === 1 ? r : r + 1;
            for (let nextLast = 0; nextLast < 2; nextLast++) {
              const nextColumn = nextLast === 1 ? c : c - 1;
              if (nextColumn < 0 || nextColumn + width + 1 > columns) continue;
              const k = at(nextColumn, nextRow, nextLast);
              if (sum <= values[width]![k]!) continue;
              values[width]![k] = sum;
              backs[width]![k] = last * 2 + lastRow;
            }
          }
        }
      }
    }
  }
  if (end === undefined) return { count: 0, ells: [] };
  const ells: Ell[] = [];
  let { c, r, last } = end;
  for (let width = span - 1, lastRow = 0; width >= 1; width--) {
    const height = span - width;
    ells.push({
      column: last === 1 ? c + width - 1 : c,
      row: lastRow === 1 ? r + height - 1 : r,
      columns: [c, c + width - 1],
      rows: [r, r + height - 1],
    });
    const back = backs[width - 1]![at(c, r, last)]!;
    if (last === 0) c++;
    lastRow = back & 1;
    if (lastRow === 0) r--;
    last = back >> 1;
  }
  return { count, ells: ells.reverse(), most };
}

function reaching(lines: readonly Reach[], low: number, high: number): Reach[] {
  const found: Reach[] = [];
  for (const reach of lines) if (reach.until[low]! >= high) found.push(reach);
  return found;
}

type Range = readonly [number, number];

// As many pairs of a vertical and a horizontal line as possible with at most `most` qubits each: the longest that still fits the shortest.
function pairs(
  { grid: { length } }: CliqueGrid,
  vertical: readonly Reach[],
  horizontal: readonly Reach[],
  rows: Range,
  columns: Range,
  most: number,
): [Reach, Reach][] {
  const found: [Reach, Reach][] = [];
  if (most === Number.POSITIVE_INFINITY) {
    for (let k = 0; k < vertical.length && k < horizontal.length; k++) found.push([vertical[k]!, horizontal[k]!]);
    return found;
  }
  const long = vertical.toSorted((a, b) => segmentsOver(b, length, ...rows) - segmentsOver(a, length, ...rows));
  const short = horizontal.toSorted((a, b) => segmentsOver(a, length, ...columns) - segmentsOver(b, length, ...columns));
  let next = 0;
  for (const v of long) {
    const h = short[next];
    if (h === undefined) break;
    if (segmentsOver(v, length, ...rows) + segmentsOver(h, length, ...columns) > most) continue;
    found.push([v, h]);
    next++;
  }
  return found;
}

function chainsOf(grid: CliqueGrid, { ells, most = Number.POSITIVE_INFINITY }: Ells, wanted: number): number[][] {
  const { length } = grid.grid;
  const chains = ells.flatMap(({ column, row, columns, rows }) =>
    pairs(
      grid,
      reaching(grid.reaches[0][column]!, ...rows),
      reaching(grid.reaches[1][row]!, ...columns),
      rows,
      columns,
      most,
    ).map(([v, h]) => [...qubitsOver(v, length, ...rows), ...qubitsOver(h, length, ...columns)].sort((a, b) => a - b)),
  );
  return chains.sort((a, b) => a.length - b.length).slice(0, wanted);
}
