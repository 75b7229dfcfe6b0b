/** How an agent stands with the router, as `routing_list_agents` gives it. */
export interface RouterStanding {
  readonly agent: string;
  readonly breaker: "closed" | "open" | "half-open";
  readonly why: string | null;
  readonly openUntil: number | null;
  readonly ejections: number;
  readonly reliability: number;
  readonly firstMs: number | null;
  readonly totalMs: number | null;
  readonly outstanding: number;
}

/** One decision of `routing_list_decisions`. */
export interface Decision {
  readonly id: string;
  readonly at: number;
  readonly from: string;
  readonly skill: string | null;
  readonly text: string;
  readonly because: string;
  readonly outcome: "open" | "ok" | "failed";
  readonly agent: string | null;
  readonly totalMs: number | null;
  readonly problem: string | null;
  readonly attempts: readonly { readonly agent: string; readonly as: string; readonly outcome: string | null }[];
}
