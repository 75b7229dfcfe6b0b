import type { Chain, DataClass } from "../base/sla-extension.ts";

/** What is wanted of an agent. Times on the hub's clock, ms; prices in credits. */
export interface RouteRequest {
  /** A skill's id, or one of its tags; without it the text alone says what is wanted. */
  readonly skill: string | undefined;
  readonly text: string;
  /** Words and unit vector of the text, once per request. */
  readonly words: ReadonlySet<string>;
  readonly vector: Float32Array;
  readonly inputModes: readonly string[];
  readonly outputModes: readonly string[];
  readonly extensions: readonly string[];
  readonly region: string | undefined;
  readonly data: { readonly class: DataClass | undefined; readonly mayRetain: boolean; readonly mayTrain: boolean };
  readonly maxPrice: number | undefined;
  /** Only these agents, where named. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly deadlineAt: number | undefined;
  /** The caller vouches that sending twice does no harm; a skill may also say so of itself. */
  readonly idempotent: boolean;
  /** What the caller waits for: the first sign of life (it reads a stream) or the end. */
  readonly aim: "first-event" | "end";
  readonly chain: Chain;
}

/** A request that wants nothing but what `wanted` says. */
export function routeRequest(wanted: Partial<RouteRequest> & Pick<RouteRequest, "chain">): RouteRequest {
  return {
    skill: undefined,
    text: "",
    words: new Set(),
    vector: new Float32Array(0),
    inputModes: [],
    outputModes: [],
    extensions: [],
    region: undefined,
    data: { class: undefined, mayRetain: true, mayTrain: true },
    maxPrice: undefined,
    allow: [],
    deny: [],
    deadlineAt: undefined,
    idempotent: false,
    aim: "end",
    ...wanted,
  };
}
