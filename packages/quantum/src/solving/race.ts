import type { Choice } from "./choice.ts";
import { type Run, searchingOn } from "./run.ts";

const raceShare = 0.06; // of the time limit, each
const [shortestRaceMs, longestRaceMs] = [15, 400];
const worthRacingMs = 250;

/** Who goes on, why, and what each found. */
export interface Raced {
  readonly name: string;
  readonly why: string;
  readonly results: readonly { readonly solver: string; readonly energy: number }[];
}

/** Where the choice is open and there is time, every candidate runs for the same moment, and the one that found the lowest energy goes on. */
export async function raced({ name, why, rivals }: Choice, run: Run): Promise<Raced> {
  const { timeLimitMs } = run;
  if (rivals.length === 0 || timeLimitMs === undefined || timeLimitMs < worthRacingMs) return { name, why, results: [] };
  const momentMs = Math.min(longestRaceMs, Math.max(shortestRaceMs, timeLimitMs * raceShare));
  const results: { solver: string; energy: number }[] = [];
  for (const solver of [name, ...rivals]) {
    results.push({ solver, energy: await run.draw(solver, { timeLimitMs: momentMs, ...(await searchingOn(solver)) }) });
    if (run.reached) break;
  }
  const sorted = results.toSorted((a, b) => a.energy - b.energy);
  const ahead = sorted[0]!;
  const told = sorted.map(({ solver, energy }) => `${solver} ${energy}`).join(", ");
  return { name: ahead.solver, why: `${why}; lowest of a race of ${Math.round(momentMs)} ms each: ${told}`, results: sorted };
}
