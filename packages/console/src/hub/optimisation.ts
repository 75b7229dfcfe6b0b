/** What the optimisation tools give, as far as the console shows it, and how it asks. */
import type { ToolDescription } from "./mcp.ts";

/** An improvement: ms since the start, and the energy. */
export type TracePoint = readonly [ms: number, energy: number];

/** Where an answer comes from. */
export interface SolveProvenance {
  readonly solver: string;
  readonly why: string;
  readonly kind: string;
  readonly seed: number;
  readonly reads: number;
  readonly threads: number;
  readonly timeMs: number;
  readonly bound: number | null;
  readonly gap: number | null;
  readonly fixed: number;
  readonly lanes: string | null;
  readonly race: readonly { readonly solver: string; readonly energy: number }[];
}

/** What quantum_solve and the quantum_problem_* tools have in common. */
export interface SolveResult {
  readonly energy: number | null;
  readonly objective?: number | null;
  readonly feasible: boolean | null;
  readonly answer: unknown;
  readonly sample?: Readonly<Record<string, number>> | null;
  readonly trace: readonly TracePoint[];
  readonly histogram?: readonly (readonly [energy: number, count: number])[];
  readonly provenance: SolveProvenance | null;
}

/** A solver that can be asked for by name. */
export interface SolverRow {
  readonly name: string;
  readonly where: string;
  readonly kind: string;
  readonly for: string;
  readonly maxVariables: number | null;
}

/** A model placed on a chip. */
export interface PlacedModel {
  readonly topology: string;
  readonly shape: readonly number[];
  readonly method: string;
  readonly variables: number;
  readonly qubits: number;
  readonly longestChain: number;
  readonly meanChain: number;
  readonly chainStrength: number;
  readonly timeMs: number;
  readonly drawing: string | null;
}

/** Something that can be solved: a tool, what to call it, and an input to begin with. */
export interface ProblemChoice {
  readonly tool: string;
  readonly name: string;
  readonly description: string;
  readonly example: object;
}

const builderPrefix = "quantum_problem_";

// A frustrated ring with a chord: small, and not a matter of course.
const freeExample = {
  terms: {
    vartype: "SPIN",
    linear: [["a", 0.5]],
    quadratic: [
      ["a", "b", 1],
      ["b", "c", 1],
      ["c", "d", 1],
      ["d", "e", 1],
      ["e", "a", 1],
      ["b", "e", -2],
    ],
  },
};

/** What there is to solve: a model of one's own, then every builder by name. Pure. */
export function problemChoices(tools: readonly ToolDescription[]): readonly ProblemChoice[] {
  const free = tools.find(({ name }) => name === "quantum_solve");
  const builders = tools.filter(({ name }) => name.startsWith(builderPrefix));
  return [
    ...(free ? [{ tool: free.name, name: "a model of your own", description: free.description, example: freeExample }] : []),
    ...builders.map(({ name, description, inputSchema }) => ({
      tool: name,
      name: name.slice(builderPrefix.length).replaceAll("_", " "),
      description,
      example: Object(inputSchema.examples?.[0] ?? {}),
    })),
  ];
}

/** A problem's input with how to solve it, where the tool has a place for that. Pure. */
export function withOptions(tool: string, input: object, options: object): object {
  return tool.startsWith(builderPrefix) ? { ...input, options } : { ...input, ...options };
}

/** The energy that a running call tells of, if it does. Pure. */
export function energyIn(message: string | undefined): number | undefined {
  const [, told] = /energy (-?[\d.]+(?:e[+-]?\d+)?)/.exec(message ?? "") ?? [];
  return told === undefined ? undefined : Number(told);
}

/** The trace with one more energy, if it is lower than the last. Pure. */
export function improved(trace: readonly TracePoint[], ms: number, energy: number): readonly TracePoint[] {
  const last = trace.at(-1);
  return last && energy >= last[1] ? trace : [...trace, [ms, energy]];
}

/** Bars of a histogram: up to `most` ranges of equal width from the lowest energy to the highest. Pure. */
export function bars(
  histogram: readonly (readonly [number, number])[],
  most = 24,
): readonly { readonly from: number; readonly to: number; readonly count: number }[] {
  const energies = histogram.map(([energy]) => energy);
  const [low, high] = [Math.min(...energies), Math.max(...energies)];
  if (histogram.length === 0) return [];
  if (histogram.length <= most) return histogram.map(([energy, count]) => ({ from: energy, to: energy, count }));
  const width = (high - low) / most;
  const found = Array.from({ length: most }, (_, k) => ({ from: low + k * width, to: low + (k + 1) * width, count: 0 }));
  for (const [energy, count] of histogram) found[Math.min(most - 1, Math.floor((energy - low) / width))]!.count += count;
  return found;
}

/** A job of the queue. Times are Unix time in ms. */
export interface JobRow {
  readonly job: string;
  readonly owner: string;
  readonly label: string;
  readonly state: "queued" | "running" | "completed" | "failed" | "cancelled";
  readonly where: string;
  readonly place: string;
  readonly priority: string;
  readonly submittedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly energy: number | null;
}

interface QpuTime {
  readonly heldUs: number;
  readonly spentUs: number;
}

/** QPU time that was used, and what each budget has left, us. */
export interface Budgets {
  readonly used: { readonly day: QpuTime; readonly month: QpuTime };
  readonly budgets: readonly (QpuTime & {
    readonly scope: string;
    readonly period: string;
    readonly limitUs: number;
    readonly leftUs: number;
  })[];
}
