/**
 * One line over an axis of numbers, drawn by uPlot on a canvas. A canvas knows no CSS variables, so colours are read from the page and
 * read again when the colour scheme changes.
 */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { onSchemeChange } from "../theme.ts";

const heightPx = 272;

interface LineChartProps {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly xLabel: string;
  readonly yLabel: string;
  /** Values that lines of the grid may be apart on the x axis; any unless given. */
  readonly increments?: readonly number[];
  /** A value holds until the next point. */
  readonly stepped?: boolean;
  /** What the drawing says, for who does not see it. */
  readonly words: string;
}

/** A line that grows as points come. */
export function LineChart(props: LineChartProps): VNode {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const newest = useRef(props);
  newest.current = props;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const draw = (): void => {
      chart.current?.destroy();
      chart.current = new uPlot(optionsFor(element, newest.current), dataOf(newest.current), element);
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
  const { xs, ys, words } = props;
  useEffect(() => chart.current?.setData(dataOf(newest.current)), [xs, ys]);
  return <div class="curve" ref={box} role="img" aria-label={words} data-points={xs.length} />;
}

function dataOf({ xs, ys }: LineChartProps): uPlot.AlignedData {
  return [[...xs], [...ys]];
}

function optionsFor(element: HTMLElement, { xLabel, yLabel, increments, stepped }: LineChartProps): uPlot.Options {
  const [accent, soft, line] = ["--accent", "--ink-soft", "--line"].map((token) => colourOf(element, token));
  const axis = {
    stroke: soft ?? "",
    grid: { stroke: line ?? "", width: 1 },
    ticks: { show: false },
    font: "12px Inter, sans-serif",
  };
  const steps = stepped ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return {
    width: element.clientWidth,
    height: heightPx,
    scales: { x: { time: false } },
    cursor: { y: false, drag: { x: false, y: false } },
    legend: { show: false },
    series: [{}, { label: yLabel, stroke: accent ?? "", width: 2, points: { show: false }, ...(steps ? { paths: steps } : {}) }],
    axes: [
      {
        ...axis,
        ...(increments ? { incrs: [...increments] } : {}),
        label: xLabel,
        labelSize: 16,
        labelGap: 0,
        labelFont: axis.font,
        size: 30,
      },
      { ...axis, label: yLabel, labelSize: 18, labelFont: axis.font, size: stepped ? 64 : 44 },
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
