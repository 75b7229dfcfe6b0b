/** Utilities over rounds as SVG: what each party's offers ask for itself, what the offers to it are worth to it, and the agreement. */
import { type Survey, worthOf } from "../analysis/survey.ts";
import type { Bargain } from "../bargaining/bargain.ts";
import {
  type Chart,
  escaped,
  frame,
  type Ink,
  inkOf,
  mark,
  paper,
  px,
  shortened,
  star,
  utilityRange,
  xOf,
  yOf,
} from "./chart.ts";
import { type Key, legend } from "./legend.ts";

/** What to draw. */
export interface RoundsPlotOptions {
  /** Begins the ids of the SVG's elements; default "rounds". */
  readonly id?: string;
  readonly width?: number;
  readonly height?: number;
}

const mostPoints = 1200;

/** Draws a bargain that kept its path. */
export function roundsPlot(survey: Survey, bargain: Bargain, options: RoundsPlotOptions = {}): string {
  const { id = "rounds", width = 640, height = 380 } = options;
  const { scenario, reservation } = survey;
  const { path, result } = bargain;
  const names = scenario.profiles.map(({ name }) => shortened(name));
  // An acceptance after the last offer belongs to no round of its own.
  const lastRound = Math.min(result.round, path.at(-1)?.round ?? 0) + 1;
  const keys: Key[] = names.flatMap((name, p) => [
    { drawing: `${stroke("M-9 0H9", inkOf(p))}${mark(inkOf(p), 0, 0, 3)}`, words: `${name} asks` },
    { drawing: stroke("M-9 0H9", inkOf(p), "2 3"), words: `${name} is offered` },
  ]);
  if (result.agreed !== undefined) keys.push({ drawing: star(0, 0, 7), words: "agreement" });
  const rows = legend(keys, 62, 0, width - 82).height;
  const chart: Chart = {
    left: 62,
    top: 44,
    width: width - 82,
    height: height - 96 - rows,
    xs: { low: 1, high: Math.max(2, lastRound) },
    ys: utilityRange([...path.flatMap(({ utilities }) => utilities), ...reservation]),
  };
  const agreed = result.agreed && worthOf(survey, result.agreed);
  const endX = xOf(chart, lastRound);
  const body = [
    `<text x="${chart.left}" y="24" font-size="15" font-weight="600">${escaped(shortened(scenario.name, 60))}</text>`,
    frame(chart, "round", "utility", true),
    ...reservation.map((one, p) =>
      stroke(`M${chart.left} ${px(yOf(chart, one))}H${chart.left + chart.width}`, inkOf(p), "6 5", 0.45),
    ),
    ...names.map((_, p) => line(bargain, chart, p, false)),
    ...names.map((_, p) => line(bargain, chart, p, true)),
    agreed ? agreed.map((one) => star(endX, yOf(chart, one), 8)).join("") : "",
    legend(keys, chart.left, height - rows + 2, chart.width).svg,
  ];
  const description = names.map((name, p) => {
    const own = path.filter(({ by }) => by === p);
    const [first, last] = [own[0]?.utilities[p], own.at(-1)?.utilities[p]];
    return first === undefined || last === undefined
      ? `${name} made no offer.`
      : `${name} asked for ${first.toFixed(3)} at first and for ${last.toFixed(3)} in the end.`;
  });
  return paper(id, width, height, `Utilities over ${lastRound} rounds of ${scenario.name}`, description.join(" "), body);
}

function stroke(d: string, { colour }: Ink, dashes?: string, opacity = 1): string {
  return `<path d="${d}" stroke="${colour}" stroke-opacity="${opacity}" stroke-width="1.5" fill="none"${dashes ? ` stroke-dasharray="${dashes}"` : ""}/>`;
}

// A party's utility of its own offers, or of those that were made to it.
function line({ path }: Bargain, chart: Chart, p: number, own: boolean): string {
  const made = path.filter(({ by }) => (by === p) === own);
  if (made.length === 0) return "";
  const step = Math.max(1, Math.ceil(made.length / mostPoints));
  const spots = made
    .filter((_, i) => i % step === 0 || i === made.length - 1)
    .map(({ round, utilities }) => [xOf(chart, round + 1), yOf(chart, utilities[p]!)] as const);
  const d = `M${spots.map(([x, y]) => `${px(x)} ${px(y)}`).join("L")}`;
  if (!own) return stroke(d, inkOf(p), "2 3", 0.8);
  return stroke(d, inkOf(p)) + (spots.length <= 80 ? spots.map(([x, y]) => mark(inkOf(p), x, y, 2.8)).join("") : "");
}
