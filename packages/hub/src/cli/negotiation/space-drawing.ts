import type { Bargain, Survey } from "@entente/negotiation";
import { outcomePoints, worthOf } from "@entente/negotiation";
import { paint } from "../terminal.ts";

type Colour = Parameters<typeof paint>[0];

const partyMarks = ["●", "■", "▲", "◆"] as const;
const partyColours: readonly Colour[] = ["cyan", "yellow", "red", "green"];

/** Below this many columns nothing can be seen. */
export const narrowest = 64;

/** How party p is marked. */
export function partyMark(p: number): string {
  return paint(partyColours[p % partyColours.length]!, partyMarks[p % partyMarks.length]!);
}

/**
 * The utility space of the first two parties as lines of text: outcomes, the Pareto front, offers, the Nash point and the agreement. What
 * matters more covers what matters less.
 */
export function drawnSpace(survey: Survey, bargain: Bargain, columns: number): readonly string[] {
  const width = Math.min(columns - 8, 92);
  const height = Math.round(width * 0.34);
  const { scenario, front, solutions } = survey;
  const [across, up] = scenario.profiles;
  const cloud = outcomePoints(scenario);
  const seen = [...cloud, ...front.points, survey.reservation];
  const [xs, ys] = [0, 1].map((p) => rangeOf(seen.map((point) => point[p]!)));
  const cells: string[][] = Array.from({ length: height }, () => Array.from({ length: width }, () => " "));
  const put = (point: readonly number[], text: string) => {
    const column = Math.round(((point[0]! - xs!.low) / (xs!.high - xs!.low)) * (width - 1));
    const row = Math.round((1 - (point[1]! - ys!.low) / (ys!.high - ys!.low)) * (height - 1));
    const line = cells[row];
    if (line !== undefined && column >= 0 && column < width) line[column] = text;
  };
  for (const point of cloud) put(point, paint("dim", "·"));
  for (const point of front.points) put(point, "o");
  for (const { by, utilities } of bargain.path) put(utilities, partyMark(by));
  const nash = solutions?.nash.places[0];
  if (nash !== undefined) put(front.points[nash]!, paint("bold", "N"));
  const { agreed } = bargain.result;
  if (agreed !== undefined) put(worthOf(survey, agreed), paint("green", "★"));
  const label = (row: number) => (row === 0 ? ys!.high.toFixed(1) : row === height - 1 ? ys!.low.toFixed(1) : "");
  const offers = scenario.profiles.map(({ name }, p) => `${partyMark(p)} ${name}`).join("  ");
  return [
    `    utility of ${up!.name} (up) by that of ${across!.name} (across)`,
    ...cells.map((line, row) => `${label(row).padStart(4)} │${line.join("")}`.trimEnd()),
    `     └${"─".repeat(width)}`,
    `      ${xs!.low.toFixed(1)}${xs!.high.toFixed(1).padStart(width - xs!.low.toFixed(1).length)}`,
    `      offers of ${offers}  o Pareto front  ${paint("bold", "N")} Nash  ${agreed === undefined ? "" : `${paint("green", "★")} agreement`}`.trimEnd(),
  ];
}

function rangeOf(values: readonly number[]): { readonly low: number; readonly high: number } {
  return values.reduce(({ low, high }, one) => ({ low: Math.min(low, one), high: Math.max(high, one) }), { low: 0, high: 1 });
}
