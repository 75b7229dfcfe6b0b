import type {
  BallotAct,
  BallotCall,
  Bid,
  BidAct,
  BidCall,
  CallForProposals,
  NegotiationAct,
  NegotiationTurn,
} from "@entente/sdk";
import type { Content } from "./content.ts";
import { defineErrors } from "./errors.ts";
import type { Json } from "./json.ts";
import type { ToolContext } from "./tool.ts";

export const agentErrors = defineErrors({
  TASK_REJECTED: { status: 409, text: (d: { reason: string }) => d.reason },
  TASK_OVERDUE: {
    status: 504,
    text: (d: { limitMs: number }) => `the task was to be done within ${d.limitMs} ms, and that time is up`,
  },
});

/** One thing an agent is good for; becomes an A2A skill. `id` is what jobs are announced for. */
export interface Skill {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly examples?: readonly string[];
}

/** An A2A extension that an agent speaks; `required` ones its callers must name. */
export interface AgentExtension {
  readonly uri: string;
  readonly description: string;
  readonly required?: boolean;
}

/** What an agent says of itself; its signed A2A card is made from it. */
export interface AgentProfile {
  readonly name: string;
  readonly description: string;
  readonly skills: readonly Skill[];
  /** Media types it takes beside text/plain and application/json. */
  readonly inputModes?: readonly string[];
  readonly extensions?: readonly AgentExtension[];
  /** What only callers with a token are told: more skills, another description. Becomes the extended card. */
  readonly extended?: { readonly description?: string; readonly skills?: readonly Skill[] };
}

/** A task that a message refers to, as far as its sender may see it. */
export interface TaskReference {
  readonly id: string;
  readonly contextId: string;
  readonly state: string;
  /** Text and data of its artifacts. */
  readonly text: string;
  readonly data: Json | undefined;
}

/** A message or a task for an agent: the text people wrote and the data programs sent. */
export interface AgentTask {
  readonly id: string;
  readonly contextId: string;
  readonly text: string;
  readonly data: Json | undefined;
  /** The whole message, files included. */
  readonly content: readonly Content[];
  readonly references: readonly TaskReference[];
}

/** What the client answered to a question. */
export interface Answer {
  readonly text: string;
  readonly data: Json | undefined;
  readonly content: readonly Content[];
}

/** A piece of an artifact. Pieces with one `id` are joined in the order they come; `last` says that it is whole. */
export interface ArtifactPiece {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly content: readonly Content[];
  readonly last?: boolean;
}

/** What a working agent is given: a tool's context, and ways to say where it stands, what it made and what it needs. */
export interface AgentContext extends ToolContext {
  /** Until when the task is to be done, ms of the hub's clock; then it fails with TASK_OVERDUE and `signal` is aborted. */
  readonly deadlineAt?: number | undefined;
  /** Publishes a working status with this sentence. */
  readonly status: (sentence: string) => void;
  /** Publishes a piece of an artifact while the work goes on. */
  readonly artifact: (piece: ArtifactPiece) => void;
  /**
   * Asks the client and waits for its answer: the next message on this task. A task that is run again after a restart gets
   * the answers that were given before, in the order of the questions.
   */
  readonly ask: (question: string, data?: Json) => Promise<Answer>;
}

/** How a task ended well: a sentence and, for programs, data; `cost` in credits where the work has a price. */
export interface AgentResult {
  readonly text: string;
  readonly data?: Json;
  readonly cost?: number;
}

/** A message that may be answered at once. */
export interface Remark {
  readonly contextId: string | undefined;
  readonly text: string;
  readonly data: Json | undefined;
  readonly content: readonly Content[];
}

/**
 * An agent: a profile, how it works, and, if it takes jobs, how it bids (undefined means it declines). To turn a task down,
 * `execute` throws `agentErrors.TASK_REJECTED`. `restart` says what becomes of a task that a stop of the hub cut off: it is
 * failed saying so, or run again from its beginning, which suits work that may be done twice.
 */
export interface Agent {
  readonly profile: AgentProfile;
  readonly execute: (task: AgentTask, ctx: AgentContext) => Promise<AgentResult>;
  /** Answers a message at once, without a task that is kept; undefined makes it a task. */
  readonly answer?: (remark: Remark, ctx: ToolContext) => Promise<AgentResult | undefined>;
  readonly bid?: (call: CallForProposals, ctx: AgentContext) => Promise<Bid | undefined>;
  /** Bargains: answers each turn of a session of alternating offers. */
  readonly negotiate?: (turn: NegotiationTurn, ctx: AgentContext) => Promise<NegotiationAct>;
  /** Votes: answers a call for its ballot. */
  readonly vote?: (call: BallotCall, ctx: AgentContext) => Promise<BallotAct>;
  /** Bids in auctions: answers each call for a bid. */
  readonly auction?: (call: BidCall, ctx: AgentContext) => Promise<BidAct>;
  readonly restart?: "fail" | "rerun";
}

/** Declares an agent: the default export of `agents/NAME.ts`. */
export function defineAgent(agent: Agent): Agent {
  return agent;
}
