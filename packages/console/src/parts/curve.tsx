/**
 * The training curve: loss over steps, drawn by uPlot on a canvas. A canvas knows no CSS variables, so colours are read
 * from the page and read again when the colour scheme changes.
 */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { figure } from "../figures.ts";
import type { CurvePoint } from "../hub/run.ts";
import { onSchemeChange } from "../theme.ts";

const heightPx = 272;
const wholeSteps = [1, 10, 100, 1000, 10_000, 100_000].flatMap((power) => [power, 2 * power, 5 * power]);

/** The loss of a run by step; grows as points come. */
export function Curve({ points }: { readonly points: readonly CurvePoint[] }): VNode {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const newest = useRef(points);
  newest.current = points;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const draw = (): void => {
      chart.current?.destroy();
      chart.current = new uPlot(optionsFor(element), dataOf(newest.current), element);
    };
    draw();
    const resized = new ResizeObserver(() => chart.current?.setSize({ width: element.clientWidth, height: heightPx }));
    resized.observe(element);
    const stop = onSchemeChange(draw);
    return () => {
      stop();
      resized.disconnect();
      chart.current?.destroy();
    };
  }, []);
  useEffect(() => chart.current?.setData(dataOf(points)), [points]);

  const [first, last] = [points[0], points.at(-1)];
  const words =
    first && last
      ? `Training loss from ${figure(first.loss)} at step ${first.step} to ${figure(last.loss)} at step ${last.step}`
      : "No training yet";
  return <div class="curve" ref={box} role="img" aria-label={words} data-points={points.length} />;
}

function dataOf(points: readonly CurvePoint[]): uPlot.AlignedData {
  return [points.map((point) => point.step), points.map((point) => point.loss)];
}

function optionsFor(element: HTMLElement): uPlot.Options {
  const [accent, soft, line] = ["--accent", "--ink-soft", "--line"].map((token) => colourOf(element, token));
  const axis = {
    stroke: soft ?? "",
    grid: { stroke: line ?? "", width: 1 },
    ticks: { show: false },
    font: "12px Inter, sans-serif",
  };
  return {
    width: element.clientWidth,
    height: heightPx,
    scales: { x: { time: false } },
    cursor: { y: false, drag: { x: false, y: false } },
    legend: { show: false },
    series: [{}, { label: "loss", stroke: accent ?? "", width: 2, points: { show: false } }],
    axes: [
      { ...axis, incrs: wholeSteps, label: "step", labelSize: 16, labelGap: 0, labelFont: axis.font, size: 30 },
      { ...axis, label: "loss, nats per token", labelSize: 18, labelFont: axis.font, size: 44 },
    ],
  };
}

// light-dark() is settled only in a colour that is used: the custom property itself still reads "light-dark(…)".
function colourOf(element: HTMLElement, token: string): string {
  element.style.color = `var(${token})`;
  const { color } = getComputedStyle(element);
  element.style.color = "";
  return color;
}
