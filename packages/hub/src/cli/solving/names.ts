import type { Solved } from "./answer.ts";

const countFromOne = new Set(["mc", "q", "ising"]);
const byNumber = new Set([...countFromOne, "qubo"]);

/** What the file calls its variables, in order: cuts, Ising lines and OR-Library's count from 1. Very large models go by number. */
export function namesOf({ variables, sample }: Solved, format: string): readonly string[] {
  if (sample !== null && !byNumber.has(format)) return Object.keys(sample);
  const from = countFromOne.has(format) ? 1 : 0;
  return Array.from({ length: variables }, (_, i) => String(i + from));
}
