import type { VNode } from "preact";
import { criteria, type RankedBid } from "../hub/negotiation.ts";

const names: Readonly<Record<string, string>> = {
  quality: "promised quality",
  price: "price",
  reliability: "past reliability",
  promisedTime: "promised time",
};
const colours: Readonly<Record<string, string>> = {
  quality: "var(--quality)",
  price: "var(--price)",
  reliability: "var(--reliability)",
  promisedTime: "var(--promised-time)",
};

/** What a bid scored, part by part, on a scale whose full width is a perfect bid. */
export function ScoreBar({ bid }: { readonly bid: RankedBid }): VNode {
  const parts = criteria.flatMap((name) => {
    const part = bid.parts[name];
    return part && part.points > 0 ? [{ name, ...part }] : [];
  });
  const words = parts.map((part) => `${names[part.name]} ${part.points.toFixed(3)} of ${part.weight}`).join(", ");
  return (
    <span class="score" role="img" aria-label={words} title={words}>
      {parts.map((part) => (
        <span key={part.name} style={{ width: `${part.points * 100}%`, background: colours[part.name] ?? "var(--accent)" }} />
      ))}
    </span>
  );
}

/** Which colour is which part of a score. */
export function ScoreLegend(): VNode {
  return (
    <p class="legend">
      {criteria.map((name) => (
        <span key={name} style={{ "--colour": colours[name] ?? "var(--accent)" }}>
          {names[name]}
        </span>
      ))}
    </p>
  );
}
