/**
 * The utility space as SVG: outcomes, the Pareto front, the solution points, what each party offered in turn, the agreement, and the
 * reservations. Text alone: no script, no font and nothing else is fetched.
 */

import type { Solution, Solutions } from "../analysis/solutions.ts";
import { type Survey, worthOf } from "../analysis/survey.ts";
import { outcomePoints } from "../analysis/utility-space.ts";
import type { Bargain } from "../bargaining/bargain.ts";
import {
  type Chart,
  escaped,
  frame,
  inkOf,
  mark,
  paper,
  px,
  type Range,
  shortened,
  star,
  utilityRange,
  xOf,
  yOf,
} from "./chart.ts";
import { type Key, legend } from "./legend.ts";

/** What to draw. */
export interface SpacePlotOptions {
  /** Which two parties span the space, across and up; default the first two. */
  readonly parties?: readonly [number, number];
  /** Begins the ids of the SVG's elements: two plots on one page need two; default "space". */
  readonly id?: string;
  readonly width?: number;
  readonly height?: number;
}

const mostOffers = 600;
const labelWidth = 7;

/** Draws the utility space of a survey and, where one was played, the bargain in it. */
export function spacePlot(survey: Survey, bargain: Bargain | undefined, options: SpacePlotOptions = {}): string {
  const { parties: [a, b] = [0, 1], id = "space", width = 640, height = 600 } = options;
  const { scenario, front, solutions, reservation } = survey;
  const names = scenario.profiles.map(({ name }) => shortened(name));
  const at = (point: readonly number[]) => [point[a]!, point[b]!] as const;
  const cloud = outcomePoints(scenario).map(at);
  const line = front.points.map(at).toSorted(([x], [y]) => y - x);
  const seen = [...cloud, ...line, at(reservation)];
  const keys = keysOf(bargain, names);
  const rows = legend(keys, 62, height - 12, width - 82).height;
  const labels = solutions === undefined ? [] : labelsOf(solutions, front.points.map(at));
  const xs = utilityRange(seen.map(([x]) => x));
  const chart: Chart = {
    left: 62,
    top: 44,
    width: insideWidth(labels, xs, 62, width),
    height: height - 96 - rows,
    xs,
    ys: utilityRange(seen.map(([, y]) => y)),
  };
  const [left, bottom] = [chart.left, chart.top + chart.height];
  const place = ([x, y]: readonly [number, number]) => `${px(xOf(chart, x))} ${px(yOf(chart, y))}`;
  const [rx, ry] = [xOf(chart, reservation[a]!), yOf(chart, reservation[b]!)];
  const body = [
    `<text x="${left}" y="24" font-size="15" font-weight="600">${escaped(shortened(scenario.name, 60))}</text>`,
    frame(chart, `utility of ${names[a]}`, `utility of ${names[b]}`),
    `<path d="${thinnedCloud(cloud.map(([x, y]) => [xOf(chart, x), yOf(chart, y)]))}" stroke="currentColor" stroke-opacity="0.22" stroke-width="3.4" stroke-linecap="round" fill="none"/>`,
    `<path d="M${px(rx)} ${chart.top}V${bottom}M${left} ${px(ry)}H${left + chart.width}" stroke="currentColor" stroke-opacity="0.6" stroke-dasharray="5 4" fill="none"/>`,
    line.length === 0 ? "" : `<path d="M${line.map(place).join("L")}" stroke="currentColor" stroke-width="1.6" fill="none"/>`,
    line.length > 120
      ? ""
      : `<path d="${line.map((one) => `M${place(one)}h0`).join("")}" stroke="currentColor" stroke-width="5" stroke-linecap="round" fill="none"/>`,
    ...(bargain === undefined ? [] : pathsOf(bargain, chart, [a, b])),
    ...labelMarks(labels, chart),
    ...agreementMark(survey, bargain, chart, [a, b]),
    legend(keys, left, height - rows + 2, width - 82).svg,
  ];
  return paper(
    id,
    width,
    height,
    `Utility space of ${scenario.name}`,
    descriptionOf(survey, bargain, names),
    body.filter(Boolean),
  );
}

// Dots on the same pixel are one.
function thinnedCloud(points: readonly (readonly [number, number])[]): string {
  const taken = new Set<string>();
  for (const [x, y] of points) taken.add(`M${Math.round(x)} ${Math.round(y)}h0`);
  return [...taken].join("");
}

// What a party offered, in time: a thin line through marks, the first of them larger.
function pathsOf({ path }: Bargain, chart: Chart, [a, b]: readonly [number, number]): string[] {
  return Array.from(new Set(path.map(({ by }) => by)), (p) => {
    const ink = inkOf(p);
    const own = path.filter(({ by }) => by === p);
    const step = Math.max(1, Math.ceil(own.length / mostOffers));
    const spots = own
      .filter((_, i) => i % step === 0 || i === own.length - 1)
      .map(({ utilities }) => [xOf(chart, utilities[a]!), yOf(chart, utilities[b]!)] as const);
    const distinct = new Map(spots.map(([x, y]) => [`${px(x)} ${px(y)}`, [x, y] as const]));
    const marks = [...distinct.values()].map(([x, y], i) => mark(ink, x, y, i === 0 ? 5.2 : 3.2)).join("");
    const line = spots.map(([x, y]) => `${px(x)} ${px(y)}`).join("L");
    return `<path d="M${line}" stroke="${ink.colour}" stroke-opacity="0.45" fill="none"/><g fill-opacity="0.85">${marks}</g>`;
  });
}

interface Label {
  readonly at: readonly [number, number];
  readonly words: string;
}

// Solutions at the same point share a label.
function labelsOf(solutions: Solutions, points: readonly (readonly [number, number])[]): readonly Label[] {
  const named: readonly (readonly [string, Solution])[] = [
    ["Nash", solutions.nash],
    ["Kalai", solutions.kalai],
    ["Kalai–Smorodinsky", solutions.kalaiSmorodinsky],
    ["welfare", solutions.welfare],
  ];
  const labels = new Map<number, string[]>();
  for (const [name, { places }] of named) {
    const [first] = places;
    if (first !== undefined) labels.set(first, [...(labels.get(first) ?? []), name]);
  }
  return [...labels].map(([at, names]) => ({ at: points[at]!, words: names.join(", ") }));
}

// Labels lie right of their points, where the front leaves room: the plot is as wide as lets the longest end on the paper.
function insideWidth(labels: readonly Label[], xs: Range, left: number, width: number): number {
  return labels.reduce(
    (inside, { at, words }) => {
      const share = Math.max(0.2, (at[0] - xs.low) / (xs.high - xs.low));
      return Math.min(inside, (width - left - 20 - words.length * labelWidth) / share);
    },
    width - left - 20,
  );
}

function labelMarks(labels: readonly Label[], chart: Chart): string[] {
  let lowest = Number.NEGATIVE_INFINITY;
  // From the top down, each below the one before.
  return labels
    .map(({ at, words }) => ({ x: xOf(chart, at[0]), y: yOf(chart, at[1]), words }))
    .toSorted((one, other) => one.y - other.y)
    .map(({ x, y, words }) => {
      lowest = Math.max(y - 7, lowest + 14);
      const ring = `<circle cx="${px(x)}" cy="${px(y)}" r="6.5" fill="none" stroke="currentColor" stroke-width="1.4"/>`;
      return `${ring}<text x="${px(x + 10)}" y="${px(lowest)}" font-weight="600">${escaped(words)}</text>`;
    });
}

function agreementMark(survey: Survey, bargain: Bargain | undefined, chart: Chart, [a, b]: readonly [number, number]): string[] {
  const agreed = bargain?.result.agreed;
  if (agreed === undefined) return [];
  const point = worthOf(survey, agreed);
  return [star(xOf(chart, point[a]!), yOf(chart, point[b]!), 10)];
}

function keysOf(bargain: Bargain | undefined, names: readonly string[]): readonly Key[] {
  const offering = new Set(bargain?.path.map(({ by }) => by));
  const dot = (size: number, opacity: number) => `<circle r="${size}" fill="currentColor" fill-opacity="${opacity}"/>`;
  return [
    ...[...offering].toSorted().map((p) => ({ drawing: mark(inkOf(p), 0, 0, 4), words: `offers of ${names[p]}` })),
    ...(bargain?.result.agreed === undefined ? [] : [{ drawing: star(0, 0, 7), words: "agreement" }]),
    { drawing: `<path d="M-8 0H8" stroke="currentColor" stroke-width="1.6"/>${dot(2.5, 1)}`, words: "Pareto front" },
    { drawing: dot(2, 0.3), words: "outcomes" },
    { drawing: `<path d="M-8 0H8" stroke="currentColor" stroke-opacity="0.6" stroke-dasharray="5 4"/>`, words: "reservations" },
  ];
}

function descriptionOf(survey: Survey, bargain: Bargain | undefined, names: readonly string[]): string {
  const { front, solutions, reservation } = survey;
  const pair = (point: readonly number[]) => point.map((one, p) => `${names[p]} ${one.toFixed(3)}`).join(", ");
  const nash = solutions?.nash.places[0];
  const parts = [
    `The Pareto front has ${front.points.length} points.`,
    nash === undefined
      ? "No outcome is rational for everybody."
      : `The Nash point gives ${pair(front.points[nash]!)}; the reservations are ${pair(reservation)}.`,
  ];
  if (bargain !== undefined) {
    const { agreed } = bargain.result;
    parts.push(
      agreed === undefined
        ? `${bargain.path.length} offers were made and nothing was agreed.`
        : `After ${bargain.path.length} offers the agreement gives ${pair(worthOf(survey, agreed))}.`,
    );
  }
  return parts.join(" ");
}
