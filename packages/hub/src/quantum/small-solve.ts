// Small models are solved where they arrive: one takes about a millisecond, and the way to the solver thread and back, with both threads to
// be woken, costs as much again. What is not surely small goes to the thread, and is not even read here.
import { smallUpTo } from "@entente/quantum";
import type { ProblemSource } from "./problem-source.ts";
import { readProblem } from "./reading.ts";
import type { SolveAnswer, SolveOrder } from "./solve-order.ts";
import { solvePlain } from "./solve-problem.ts";

const mostPairs = (smallUpTo * (smallUpTo - 1)) / 2;
const mostTextLength = 40_000; // a dense model of 64 variables has some 2,100 lines

/** The answer to an order for a small model without constraints whose effort was left open; undefined for any other. Throws as `solveProblem`. */
export async function solveIfSmall(order: SolveOrder, signal: AbortSignal): Promise<SolveAnswer | undefined> {
  const { problem, solver, seconds, reads, sweeps, threads } = order;
  const open = solver === "auto" && [seconds, reads, sweeps, threads].every((given) => given === undefined);
  if (!open || !mayBeSmall(problem)) return undefined;
  const read = await readProblem(problem);
  if (read.kind !== "bqm" || read.model.size > smallUpTo) return undefined;
  return solvePlain(read, order, signal, () => {});
}

function mayBeSmall(problem: ProblemSource): boolean {
  if ("terms" in problem) return problem.terms.linear.length <= smallUpTo && problem.terms.quadratic.length <= mostPairs;
  if ("text" in problem) return problem.format !== "lp" && problem.text.length <= mostTextLength;
  return "bytes" in problem && problem.bytes.length <= mostTextLength && problem.bytes[5] === bqmMark;
}

const bqmMark = "DIMODBQM".charCodeAt(5);
