import type { VNode } from "preact";

const paths = {
  overview: "M3 3h6v8H3zM11 3h6v4h-6zM11 9h6v8h-6zM3 13h6v4H3z",
  runs: "M16.5 10a6.5 6.5 0 1 1-2-4.7M16.5 2.5v3.3h-3.3",
  versions: "M10 2.5 17.5 6 10 9.5 2.5 6zM2.5 10l7.5 3.5 7.5-3.5M2.5 14l7.5 3.5 7.5-3.5",
  ask: "M3 4h14v10H9l-4 3v-3H3zM7 8h6M7 11h4",
  negotiations: "M2.5 6h11M10.5 3l3 3-3 3M17.5 14h-11M9.5 11l-3 3 3 3",
  optimisation: "M2.5 4c2 0 2 7 4.5 7s2-3 3.5-3 2 8 3.5 8 1.5-9 3.5-9",
  tools: "M12.5 3a4.5 4.5 0 0 0-4.2 6L3 14.3 5.7 17l5.3-5.3A4.5 4.5 0 0 0 17 6.4l-2.7 2.3-2.2-.8-.8-2.2z",
} as const;

/** The icons there are. */
export type IconName = keyof typeof paths;

/** A line icon in the colour of the text beside it. */
export function Icon({ name }: { readonly name: IconName }): VNode {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

/** Two rings that share a middle: an understanding between parties. */
export function Mark(): VNode {
  return (
    <svg viewBox="0 0 32 32" fill="none" stroke-width="3" aria-hidden="true">
      <circle cx="12" cy="16" r="8.5" stroke="var(--accent)" />
      <circle cx="20" cy="16" r="8.5" stroke="var(--price)" />
    </svg>
  );
}
