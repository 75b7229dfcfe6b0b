import type { Json } from "./json.ts";
import type { ToolContext } from "./tool.ts";

/** One thing an agent is good for; becomes an A2A skill. `id` is what jobs are announced for. */
export interface Skill {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly examples?: readonly string[];
}

/** What an agent says of itself; its signed A2A card is made from it. */
export interface AgentProfile {
  readonly name: string;
  readonly description: string;
  readonly skills: readonly Skill[];
}

/** A message or a task for an agent: the text people wrote and the data programs sent. */
export interface AgentTask {
  readonly id: string;
  readonly contextId: string;
  readonly text: string;
  readonly data: Json | undefined;
}

/** What a working agent is given: a tool's context, and a way to say where it stands. */
export interface AgentContext extends ToolContext {
  /** Publishes a working status with this sentence. */
  readonly status: (sentence: string) => void;
}

/** How a task ended well: a sentence and, for programs, data. */
export interface AgentResult {
  readonly text: string;
  readonly data?: Json;
}

/** A call for proposals as a bidder sees it. `job` is the job's own description. */
export interface CallForProposals {
  readonly negotiation: string;
  readonly skill: string;
  readonly job: { readonly [key: string]: Json | undefined };
  readonly replyBy: number;
}

/** A bid: what it costs, how long it will take, how good it will be (0 to 1), and why. */
export interface Bid {
  readonly price: number;
  readonly promisedMs: number;
  readonly quality: number;
  readonly reason: string;
}

/** An agent: a profile, how it works, and, if it takes jobs, how it bids (undefined means it declines). */
export interface Agent {
  readonly profile: AgentProfile;
  readonly execute: (task: AgentTask, ctx: AgentContext) => Promise<AgentResult>;
  readonly bid?: (call: CallForProposals, ctx: AgentContext) => Promise<Bid | undefined>;
}

/** Declares an agent: the default export of `agents/NAME.ts`. */
export function defineAgent(agent: Agent): Agent {
  return agent;
}
