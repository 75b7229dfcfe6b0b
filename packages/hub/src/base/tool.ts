import type { z } from "zod";
import type { Clock } from "./clock.ts";
import type { Json } from "./json.ts";
import type { Logger } from "./logger.ts";
import type { TaskOffer } from "./task.ts";

/** Who is calling: the operator with the hub's own token, a client with a token of its own, one of the hub's agents, or the hub itself. */
export interface Principal {
  readonly id: string;
  readonly kind: "operator" | "client" | "agent" | "hub";
}

/** One step of progress: `done` of `total` (the same unit, named by `unit`), with a sentence for people. */
export interface Progress {
  readonly done: number;
  readonly total?: number | undefined;
  readonly unit?: string;
  readonly message?: string;
  /** The same for programs: an energy to draw, say. MCP clients find it in `_meta` as `dev.entente/progress`. */
  readonly facts?: { readonly [name: string]: Json | undefined };
}

/** What may be asked of a person: a form of flat fields, as JSON Schema (MCP elicitation, form mode). */
export interface QuestionForm {
  readonly type: "object";
  readonly properties: { readonly [field: string]: { readonly type: string; readonly [key: string]: Json | undefined } };
  readonly required?: readonly string[];
}

/**
 * Thrown by a tool that cannot end before its caller has answered. The caller's client asks the person and calls the tool
 * again with the same input; `state` comes back then, sealed on its way, in `ctx.answer`.
 */
export class InputNeeded extends Error {
  override readonly name = "InputNeeded";
  readonly form: QuestionForm;
  readonly state: Json;

  constructor(question: string, form: QuestionForm, state: Json) {
    super(question);
    this.form = form;
    this.state = state;
  }
}

/** What came of an earlier `InputNeeded`. `content` is what was filled in, when it was accepted. */
export interface ToolAnswer {
  readonly state: Json;
  readonly action: "accept" | "decline" | "cancel";
  readonly content: { readonly [field: string]: Json | undefined };
}

/** What may be asked of the caller's own language model (MCP sampling): text alone, no tools. */
export interface SampleRequest {
  readonly system: string;
  readonly messages: readonly { readonly role: "user" | "assistant"; readonly text: string }[];
  readonly maxTokens: number;
}

/**
 * Thrown by a tool that cannot go on before its caller's language model has spoken. The caller's client asks the model and calls the
 * tool again with the same input; what came, and `state`, sealed on its way, are then in `ctx.sampled`. Only when `ctx.canSample`.
 */
export class SampleNeeded extends Error {
  override readonly name = "SampleNeeded";
  readonly request: SampleRequest;
  readonly state: Json;

  constructor(request: SampleRequest, state: Json) {
    super("the caller's language model is asked");
    this.request = request;
    this.state = state;
  }
}

/** What came of an earlier `SampleNeeded`. `text` is the model's own and as trustworthy as its caller. */
export interface SampleAnswer {
  readonly state: Json;
  readonly text: string;
  readonly model: string;
}

/** What a running tool is given. */
export interface ToolContext {
  readonly principal: Principal;
  /** Whether `InputNeeded` reaches a person: the caller's client can ask. */
  readonly canAsk?: boolean;
  /** The answer to this tool's earlier question, when the call follows one. */
  readonly answer?: ToolAnswer | undefined;
  /** Whether `SampleNeeded` reaches a language model: the caller's client offers sampling. */
  readonly canSample?: boolean;
  /** What the caller's model said, when the call follows a `SampleNeeded`. */
  readonly sampled?: SampleAnswer | undefined;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
  readonly log: Logger;
  readonly clock: Clock;
  /** Calls another tool by name: checked, recorded and cancelled with this call. Throws InputNeeded only when `canAsk`. */
  readonly call: (tool: string, input: unknown, options?: InnerCall) => Promise<unknown>;
}

/** What a call inside a call may bring beside its input. */
export interface InnerCall {
  /** Whether the caller can have a question answered. */
  readonly canAsk?: boolean;
  readonly answer?: ToolAnswer | undefined;
  /** In place of the outer call's own progress. */
  readonly progress?: ((progress: Progress) => void) | undefined;
}

/** MCP tool annotations, and what the event log must not hold. */
export interface ToolHints {
  /** Names of input fields that are secrets: recorded as `***`. */
  readonly secrets?: readonly string[];
  readonly readOnly?: boolean;
  readonly destructive?: boolean;
  readonly idempotent?: boolean;
  /**
   * It computes from what its caller gave, now or earlier, and neither changes nor discloses anything else that the hub keeps: the record of its call is written before the
   * caller hears of the outcome, but does not wait for the disk.
   */
  readonly pure?: boolean;
}

/** A capability of the hub: one MCP tool. `name` is `pillar_verb_noun`, `[a-z0-9_]`, at most 64 characters. */
export interface Tool<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly description: string;
  readonly input: I;
  readonly output: O;
  readonly hints: ToolHints;
  /** How its work is followed, where that goes on after the call. */
  readonly task?: TaskOffer;
  readonly run: (input: z.output<I>, ctx: ToolContext) => Promise<z.input<O>>;
}

/** A tool before it is joined to what its pillar owns. */
export type ToolFactory<P> = (pillar: P) => Tool;

/**
 * For a pillar `P`, returns its `defineTool`: the tool's `run` gets the pillar (its store, its workers) as third argument.
 *
 *     export const defineLearningTool = toolsOf<Learning>();
 *     export default defineLearningTool({ name: "learning_list_versions", …, run: (input, ctx, learning) => learning.versions.list() });
 */
export function toolsOf<P>(): <I extends z.ZodObject, O extends z.ZodObject>(definition: {
  readonly name: string;
  readonly description: string;
  readonly input: I;
  readonly output: O;
  readonly hints?: ToolHints;
  readonly task?: (pillar: P) => TaskOffer;
  readonly run: (input: z.output<I>, ctx: ToolContext, pillar: P) => Promise<z.input<O>>;
}) => ToolFactory<P> {
  return ({ task, ...definition }) => {
    if (!/^[a-z0-9]+(_[a-z0-9]+)+$/.test(definition.name) || definition.name.length > 64)
      throw new Error(`a tool is named pillar_verb_noun in [a-z0-9_], at most 64 characters; got "${definition.name}"`);
    return (pillar) => ({
      ...definition,
      hints: definition.hints ?? {},
      ...(task ? { task: task(pillar) } : {}),
      run: (input, ctx) => definition.run(input as never, ctx, pillar), // why: the catalogue parses input with this tool's own schema first
    });
  };
}
