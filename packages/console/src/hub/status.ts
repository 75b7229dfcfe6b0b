/** What `hub_status` gives. */
export interface HubStatus {
  readonly version: string;
  readonly engine: string;
  readonly uptimeMs: number;
  readonly memoryBytes: number;
  readonly agents: number;
  readonly events: number;
  readonly tasksOpen: number;
  readonly run: {
    readonly id: string;
    readonly root: string;
    readonly status: string;
    readonly phase: string;
    readonly startedAt: number;
  } | null;
  readonly champion: { readonly id: string; readonly model: string; readonly number: number; readonly promotedAt: number } | null;
  readonly service: {
    readonly windowMs: number;
    readonly calls: number;
    readonly failed: number;
    readonly successRate: number;
    readonly p50Ms: number;
    readonly p95Ms: number;
  };
}
