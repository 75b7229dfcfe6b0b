import type { VNode } from "preact";
import { duration, figure } from "../figures.ts";
import type { HubError } from "../hub/mcp.ts";
import type { SolveResult } from "../hub/optimisation.ts";

/** What one solver made of the problem; nothing yet while it has not had its turn. */
export interface Compared {
  readonly solver: string;
  readonly outcome: SolveResult | HubError | undefined;
}

/** Solvers side by side on the same problem, the lowest energy first. */
export function ComparisonPanel({ rows }: { readonly rows: readonly Compared[] }): VNode {
  const energyOf = ({ outcome }: Compared): number =>
    outcome && "trace" in outcome && outcome.energy !== null ? outcome.energy : Number.POSITIVE_INFINITY;
  const sorted = rows.toSorted((a, b) => energyOf(a) - energyOf(b));
  const lowest = energyOf(sorted[0] ?? { solver: "", outcome: undefined });
  return (
    <section class="panel" aria-labelledby="comparison-title">
      <header>
        <h2 id="comparison-title">Solvers compared</h2>
        <span class="small soft">the same problem, time and seed, one after another</span>
      </header>
      <div class="scroll-x">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Solver</th>
              <th scope="col" class="number">
                Energy
              </th>
              <th scope="col" class="number">
                Above the lowest
              </th>
              <th scope="col" class="number">
                Reached after
              </th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((row) => (
              <ComparedRow key={row.solver} row={row} lowest={lowest} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function ComparedRow({ row: { solver, outcome }, lowest }: { readonly row: Compared; readonly lowest: number }): VNode {
  if (outcome === undefined || !("trace" in outcome))
    return (
      <tr>
        <td class="mono">{solver}</td>
        <td class="soft" colSpan={3}>
          {outcome === undefined ? "waits for its turn" : outcome.message}
        </td>
      </tr>
    );
  const { energy, trace } = outcome;
  const best = energy !== null && energy <= lowest + 1e-9 * Math.abs(lowest);
  return (
    <tr class={best ? "won" : undefined}>
      <td class="mono">{solver}</td>
      <td class="number">{figure(energy)}</td>
      <td class="number">{energy === null ? "–" : best ? "0" : figure(energy - lowest)}</td>
      <td class="number">{duration(trace.at(-1)?.[0])}</td>
    </tr>
  );
}
