import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { duration, figure } from "../figures.ts";
import { bars, type TracePoint } from "../hub/optimisation.ts";
import { LineChart } from "./line-chart.tsx";

/** The lowest energy over time; it grows while the search runs. */
export function EnergyCurve({ trace, endMs }: { readonly trace: readonly TracePoint[]; readonly endMs: number }): VNode {
  const [seconds, energies] = useMemo(() => {
    const last = trace.at(-1);
    // The line goes on to the end of the search, where nothing better came.
    const points = last && endMs > last[0] ? [...trace, [endMs, last[1]] as const] : trace;
    return [points.map(([ms]) => ms / 1000), points.map(([, energy]) => energy)];
  }, [trace, endMs]);
  const [first, last] = [trace[0], trace.at(-1)];
  const words =
    first && last ? `Energy from ${figure(first[1])} to ${figure(last[1])} in ${duration(last[0])}` : "No energy found yet";
  return <LineChart xs={seconds} ys={energies} xLabel="seconds" yLabel="lowest energy" stepped words={words} />;
}

/** How often each energy was drawn, lowest first. */
export function EnergyHistogram({ histogram }: { readonly histogram: readonly (readonly [number, number])[] }): VNode {
  const ranges = bars(histogram);
  const most = Math.max(...ranges.map(({ count }) => count));
  return (
    <ol class="histogram" aria-label="energies of the samples">
      {ranges.map(({ from, to, count }) => {
        const range = from === to ? figure(from) : `${figure(from)} to ${figure(to)}`;
        return (
          <li key={from} title={`${range}: ${count}`}>
            <span class="small number">{range}</span>
            <span class="meter">
              <span style={{ width: `${(100 * count) / most}%` }} />
            </span>
            <span class="small number soft">{count}</span>
          </li>
        );
      })}
    </ol>
  );
}
