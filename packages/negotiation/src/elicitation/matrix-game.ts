/**
 * Zero-sum matrix games, solved exactly by the simplex method (Dantzig 1951): the mixture of rows that does best against the worst column.
 * Weights that explain every answer with the largest margin are such a mixture. With all payoffs made positive the column player's program
 * begins feasible, and Bland's rule makes it end.
 */

/** The best mixture of rows, adding up to 1, and what it is sure of. `payoffs[row][column]`, at least one of each. */
export function solveGame(payoffs: readonly (readonly number[])[]): {
  readonly mixture: readonly number[];
  readonly value: number;
} {
  const [rows, columns] = [payoffs.length, payoffs[0]!.length];
  const shift = 1 - payoffs.reduce((least, row) => Math.min(least, ...row), Number.POSITIVE_INFINITY);
  // Maximise the sum of y where payoffs * y <= 1: a column for each y, one for each slack, and the right-hand side.
  const width = columns + rows + 1;
  const table = payoffs.map((row, i) =>
    Float64Array.from({ length: width }, (_, j) =>
      j < columns ? row[j]! + shift : j === columns + i || j === width - 1 ? 1 : 0,
    ),
  );
  const goal = Float64Array.from({ length: width }, (_, j) => (j < columns ? -1 : 0));
  const basis = Array.from({ length: rows }, (_, i) => columns + i);
  for (;;) {
    const enters = goal.subarray(0, width - 1).findIndex((one) => one < -1e-11);
    if (enters < 0) break;
    let [leaves, least] = [-1, Number.POSITIVE_INFINITY];
    for (const [i, row] of table.entries()) {
      if (row[enters]! <= 1e-11) continue;
      const ratio = row[width - 1]! / row[enters]!;
      if (ratio < least - 1e-13 || (ratio <= least + 1e-13 && basis[i]! < basis[leaves]!)) [leaves, least] = [i, ratio];
    }
    if (leaves < 0) break; // cannot be: every payoff is positive, so no y grows for ever
    const pivot = table[leaves]!;
    const by = pivot[enters]!;
    for (let j = 0; j < width; j++) pivot[j]! /= by;
    for (const row of [...table, goal]) {
      const times = row[enters]!;
      if (row === pivot || times === 0) continue;
      for (let j = 0; j < width; j++) row[j]! -= times * pivot[j]!;
    }
    basis[leaves] = enters;
  }
  const total = goal[width - 1]!;
  return { mixture: Array.from({ length: rows }, (_, i) => Math.max(0, goal[columns + i]!) / total), value: 1 / total - shift };
}
