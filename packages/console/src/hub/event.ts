/** One entry of the hub's append-only log. `at` is Unix time in ms. */
export interface HubEvent {
  readonly seq: number;
  readonly at: number;
  readonly kind: string;
  readonly actor: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly hash: string;
}

/** How far a running call is. `done` and `total` share the unit `unit`. */
export interface CallProgress {
  readonly call: string;
  readonly tool: string;
  readonly principal: string;
  readonly done: number;
  readonly total?: number;
  readonly unit?: string;
  readonly message?: string;
}
