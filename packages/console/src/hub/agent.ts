/** An agent as `agent_list` describes it. */
export interface Agent {
  readonly name: string;
  readonly description: string;
  readonly url: string;
  readonly skills: readonly { readonly id: string; readonly name: string; readonly description: string }[];
  readonly signed: boolean;
  readonly bids: boolean;
  /** Share of agreements kept, smoothed: 0.5 for an agent without a past. */
  readonly reliability: number;
  readonly agreements: { readonly fulfilled: number; readonly late: number; readonly failed: number; readonly active: number };
  readonly tasks: { readonly working: number; readonly completed: number; readonly failed: number };
  readonly card: Readonly<Record<string, unknown>>;
}
