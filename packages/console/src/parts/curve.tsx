import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { figure } from "../figures.ts";
import type { CurvePoint } from "../hub/run.ts";
import { LineChart } from "./line-chart.tsx";

const wholeSteps = [1, 10, 100, 1000, 10_000, 100_000].flatMap((power) => [power, 2 * power, 5 * power]);

/** The training curve: the loss of a run by step; grows as points come. */
export function Curve({ points }: { readonly points: readonly CurvePoint[] }): VNode {
  const [steps, losses] = useMemo(() => [points.map(({ step }) => step), points.map(({ loss }) => loss)], [points]);
  const [first, last] = [points[0], points.at(-1)];
  const words =
    first && last
      ? `Training loss from ${figure(first.loss)} at step ${first.step} to ${figure(last.loss)} at step ${last.step}`
      : "No training yet";
  return <LineChart xs={steps} ys={losses} xLabel="step" yLabel="loss, nats per token" increments={wholeSteps} words={words} />;
}
