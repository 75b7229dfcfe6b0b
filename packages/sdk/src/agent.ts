/**
 * What an agent is to the SDK: a profile, how it works, and, if it takes jobs, how it bids. The hub keeps its tasks, signs
 * its card and answers for it over every A2A binding; the agent itself is only this object, wherever it runs.
 */

import type { BallotAct, BallotCall, BidAct, BidCall } from "./assembly.ts";
import type { NegotiationAct, NegotiationTurn } from "./negotiation.ts";

/** JSON as programs hold it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A piece of content, as A2A 1.0 spells it: exactly one of text, raw (base64), url and data. */
export interface Part {
  readonly text?: string | undefined;
  readonly raw?: string | undefined;
  readonly url?: string | undefined;
  readonly data?: Json | undefined;
  readonly filename?: string | undefined;
  readonly mediaType?: string | undefined;
}

/** One thing an agent is good for. `id` is what jobs are announced for and routed by. */
export interface Skill {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly tags?: readonly string[] | undefined;
  readonly examples?: readonly string[] | undefined;
}

/** A task as the agent gets it: its words, its data, and every part as it came. */
export interface AgentTask {
  readonly id: string;
  readonly contextId: string;
  readonly text: string;
  readonly data: Json | undefined;
  readonly parts: readonly Part[];
}

/** A piece of the result that is given out before the end. Pieces of one name are joined in the order they come; `last` ends it. */
export interface Piece {
  readonly name: string;
  readonly parts: readonly Part[];
  readonly last?: boolean | undefined;
}

/** What an agent is given beside its task. */
export interface AgentContext {
  /** Aborted when the task is cancelled or its time is up, or the hub is gone. */
  readonly signal: AbortSignal;
  /** Until when the task is to be done, ms since 1970 by this machine's clock; undefined when nobody said. Then it fails. */
  readonly deadlineAt: number | undefined;
  /** Says where the work stands. */
  readonly status: (sentence: string) => void;
  /** Gives out a piece of the result. */
  readonly artifact: (piece: Piece) => void;
  /** Asks whoever sent the task (state input-required) and resolves to the answer's parts. Rejects when `signal` is aborted. */
  readonly ask: (question: string, data?: Json) => Promise<readonly Part[]>;
  /** Calls a tool of the hub as this agent. Rejects with a `HubError` that carries the tool's code. */
  readonly call: (tool: string, input: { readonly [key: string]: Json | undefined }) => Promise<{ readonly [key: string]: Json }>;
}

/** How a task ended well. `cost` is in credits, where the agent charges. */
export interface AgentResult {
  readonly text: string;
  readonly data?: Json | undefined;
  readonly cost?: number | undefined;
}

/** A call for proposals: the job, and until when (ms since 1970) a bid counts. */
export interface CallForProposals {
  readonly negotiation: string;
  readonly skill: string;
  readonly job: { readonly [key: string]: Json | undefined };
  readonly replyBy: number;
}

/** A bid: price in credits, time in ms, quality from 0 to 1, and why. */
export interface Bid {
  readonly price: number;
  readonly promisedMs: number;
  readonly quality: number;
  readonly reason: string;
}

/** An agent. `name` is lower case with dashes; `restart` says whether a task that was cut off may be run again (default: no). */
export interface Agent {
  readonly name: string;
  readonly description: string;
  readonly skills: readonly Skill[];
  readonly restart?: "fail" | "rerun" | undefined;
  readonly execute: (task: AgentTask, context: AgentContext) => Promise<AgentResult>;
  readonly bid?: ((call: CallForProposals) => Promise<Bid | undefined>) | undefined;
  /** Bargains: answers each turn of a session of alternating offers. What it answers binds it once the others have accepted. */
  readonly negotiate?: ((turn: NegotiationTurn) => Promise<NegotiationAct> | NegotiationAct) | undefined;
  /** Votes: answers a call for its ballot, finally. */
  readonly vote?: ((call: BallotCall) => Promise<BallotAct> | BallotAct) | undefined;
  /** Bids in auctions: answers each call for a bid. What it bids binds it. */
  readonly auction?: ((call: BidCall) => Promise<BidAct> | BidAct) | undefined;
}

/**
 * Declares an agent.
 *
 *     export const greeter = defineAgent({
 *       name: "greeter", description: "Greets.", skills: [{ id: "greet", name: "Greet", description: "Greet somebody" }],
 *       execute: async (task) => ({ text: `Hello, ${task.text}` }),
 *     });
 */
export function defineAgent(agent: Agent): Agent {
  return agent;
}

/** A text part. */
export function textPart(text: string): Part {
  return { text };
}

/** A data part. */
export function dataPart(data: Json): Part {
  return { data, mediaType: "application/json" };
}

/** All text parts, joined by newlines. */
export function textOf(parts: readonly Part[]): string {
  return parts.flatMap(({ text }) => (text === undefined ? [] : [text])).join("\n");
}

/** The first data part's value, or undefined. */
export function dataOf(parts: readonly Part[]): Json | undefined {
  return parts.find(({ data }) => data !== undefined)?.data;
}
