// Who won: medians and quartiles of each way, and ours against each other way seed by seed, by a two-sided sign test at 5 %.
import { type Row, row } from "../../contract.ts";

/** What each way measured, one figure a seed, the same seeds in the same order. */
export type Figures = Readonly<Record<string, readonly number[]>>;

/** Rows of one comparison. `better` says whether low or high figures are good; ours are the ways that begin with "QUBO". */
export function verdict(what: string, unit: string, better: "low" | "high", figures: Figures): Row[] {
  const rows: Row[] = [];
  for (const [way, values] of Object.entries(figures)) {
    const [low, high] = [quantile(values, 0.25), quantile(values, 0.75)].map((v) => v.toPrecision(3));
    rows.push(row(`${what}: ${way} (quartiles ${low} to ${high})`, quantile(values, 0.5), unit));
  }
  const mine = Object.keys(figures).filter((way) => way.startsWith("QUBO"));
  for (const our of mine) {
    for (const rival of Object.keys(figures).filter((way) => !mine.includes(way))) {
      let [won, lost] = [0, 0];
      for (const [s, a] of figures[our]!.entries()) {
        const b = figures[rival]![s]!;
        if (Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b))) continue;
        if (a < b === (better === "low")) won++;
        else lost++;
      }
      const even = figures[our]!.length - won - lost;
      const certain = signTest(won, lost) < 0.05;
      const winner = certain ? (won > lost ? our : rival) : "undecided";
      rows.push(
        row(
          `${what}: ${our} against ${rival}, won ${won} lost ${lost} even ${even}: ${winner}`,
          (won + even / 2) / figures[our]!.length,
          "won",
        ),
      );
    }
  }
  return rows;
}

/** The q-th quantile, linear between neighbours. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  return below + (at % 1) * ((sorted[Math.ceil(at)] ?? below) - below);
}

// The chance of a split at least as uneven if both were alike.
function signTest(won: number, lost: number): number {
  const n = won + lost;
  let [chance, tail] = [0.5 ** n, 0];
  for (let k = 0; k <= Math.min(won, lost); k++) {
    tail += chance;
    chance *= (n - k) / (k + 1);
  }
  return Math.min(1, 2 * tail);
}
