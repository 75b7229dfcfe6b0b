import type { ComponentChildren, VNode } from "preact";

/** What a state means for people. */
export type PillTone = "good" | "warn" | "bad" | "busy" | "plain";

const tones: Readonly<Record<string, PillTone>> = {
  running: "busy",
  promoted: "good",
  champion: "good",
  passed: "good",
  fulfilled: "good",
  kept: "good",
  won: "good",
  active: "busy",
  working: "busy",
  candidate: "busy",
  refused: "warn",
  late: "warn",
  "rolled-back": "warn",
  cancelled: "warn",
  failed: "bad",
  broken: "bad",
  "timed-out": "bad",
};

/** A word in a coloured capsule; the tone comes from the word unless given. */
export function Pill({ children, tone }: { readonly children: ComponentChildren; readonly tone?: PillTone }): VNode {
  return <span class={`pill ${tone ?? tones[String(children)] ?? "plain"}`}>{children}</span>;
}
