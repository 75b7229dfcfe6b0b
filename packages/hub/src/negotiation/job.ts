import type { Criteria } from "@entente/negotiation";
import type { Json } from "../base/json.ts";

/** A job to be contracted out. */
export interface JobCall {
  readonly run: string;
  readonly subject: string;
  readonly skill: string;
  readonly initiator: string;
  readonly job: { readonly [key: string]: Json | undefined };
  readonly criteria: Criteria;
  /** How many bidders are to do the job, each whole. */
  readonly awards: number;
  readonly replyMs: number;
  /** Longest a winner may take, ms: beyond it the job goes to the next best. */
  readonly completeWithinMs: number;
}

/** A job done: what each winner delivered, in the order they finished; at least one. */
export interface Contracted {
  readonly negotiation: string;
  readonly results: readonly { readonly contractor: string; readonly output: Json }[];
}
