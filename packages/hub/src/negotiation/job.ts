import type { Criteria } from "@entente/negotiation";
import type { Transaction } from "kysely";
import type { Json } from "../base/json.ts";
import type { Database } from "../store/schema.ts";

/** Runs first in each transaction of a contract; throws when the contract is in other hands, and nothing is written then. */
export type Fence = (trx: Transaction<Database>) => Promise<void>;

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
  /** Most that one winner may ask for, credits; bidders are not told. */
  readonly most?: number | undefined;
  /** Agents that are asked only when nobody else has the skill. */
  readonly avoid?: readonly string[] | undefined;
  /** Aborted to call the job off: winners are cancelled, their agreements end as cancelled, and what is done by then is the result. */
  readonly calledOff?: AbortSignal | undefined;
  readonly fence?: Fence | undefined;
}

/** A job done: what each winner delivered and its price in credits, in the order they finished; at least one. */
export interface Contracted {
  readonly negotiation: string;
  readonly results: readonly { readonly contractor: string; readonly price: number; readonly output: Json }[];
}
