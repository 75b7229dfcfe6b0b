/**
 * The catalogue: every tool, resource and prompt. What the hub itself can do is joined once at start; a group of tools
 * (those of the agents) may be replaced as a whole while the hub runs. Lists are built when that happens and not when
 * somebody lists, so that listing costs the same for five tools and five thousand.
 */
import type { z } from "zod";
import { defineErrors } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { jsonSchemaOf } from "../base/quick-schema.ts";
import { matchUri, type Prompt, type Resource } from "../base/resource.ts";
import type { TaskSource } from "../base/task.ts";
import type { Tool } from "../base/tool.ts";

export const mcpErrors = defineErrors({
  TOOL_UNKNOWN: {
    status: 404,
    text: (d: { name: string; nearest: string | undefined }) =>
      `there is no tool "${d.name}"${d.nearest ? `; did you mean "${d.nearest}"?` : ""}`,
  },
  TOOL_INPUT_INVALID: {
    status: 400,
    text: (d: { tool: string; problems: readonly string[] }) =>
      `${d.tool} was given input it cannot use: ${d.problems.join("; ")}`,
  },
  TOOL_OUTPUT_INVALID: {
    status: 500,
    text: (d: { tool: string; problems: readonly string[] }) =>
      `${d.tool} gave a result that does not fit its own schema: ${d.problems.join("; ")}`,
  },
  TOOL_NAME_TAKEN: { status: 500, text: (d: { name: string }) => `wanted one tool of each name; got two named "${d.name}"` },
  RESOURCE_UNKNOWN: { status: 404, text: (d: { uri: string }) => `there is no resource at ${d.uri}` },
  PROMPT_UNKNOWN: {
    status: 404,
    text: (d: { name: string; nearest: string | undefined }) =>
      `there is no prompt "${d.name}"${d.nearest ? `; did you mean "${d.nearest}"?` : ""}`,
  },
  PROMPT_ARGUMENT_MISSING: {
    status: 400,
    text: (d: { prompt: string; argument: string }) => `the prompt "${d.prompt}" wants the argument "${d.argument}"`,
  },
  SESSIONS_FULL: {
    status: 503,
    text: (d: { limit: number }) => `the hub already keeps limits.mcpSessions (${d.limit}) sessions of older MCP clients`,
  },
  SUBSCRIPTIONS_FULL: {
    status: 429,
    text: (d: { limit: number }) => `this session already follows ${d.limit} resources; unsubscribe from some first`,
  },
  SESSION_UNKNOWN: {
    status: 404,
    text: (_: Record<string, never>) => "this MCP session has ended; start a new one with initialize",
  },
});

/** A tool as clients see it. */
export interface ListedTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: { readonly type: "object"; readonly [key: string]: unknown };
  readonly outputSchema: { readonly type: "object"; readonly [key: string]: unknown };
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly idempotentHint: boolean;
    readonly openWorldHint: boolean;
  };
  /** Of tools that begin tasks, for clients of 2025-11-25. */
  readonly execution?: { readonly taskSupport: "optional" | "required" };
}

interface Kept {
  readonly tool: Tool;
  readonly listed: ListedTool;
}

/** What the hub can do. */
export class Catalogue {
  readonly resources: readonly Resource[];
  readonly prompts: readonly Prompt[];
  readonly #groups = new Map<string, readonly Kept[]>();
  readonly #changed = new Set<() => void>();
  #tools: ReadonlyMap<string, Tool> = new Map();
  #listed: readonly ListedTool[] = [];
  #taskSources: ReadonlyMap<string, TaskSource> = new Map();

  constructor(tools: readonly Tool[], resources: readonly Resource[], prompts: readonly Prompt[]) {
    this.resources = resources;
    this.prompts = prompts;
    this.replace("hub", tools);
  }

  /** Every tool as clients see it, by name. The same array until the next change. */
  get listed(): readonly ListedTool[] {
    return this.#listed;
  }

  /** Where the tasks are kept that tools begin, by what their ids begin with. */
  get taskSources(): ReadonlyMap<string, TaskSource> {
    return this.#taskSources;
  }

  /** Puts `tools` in place of what the group held. Throws TOOL_NAME_TAKEN, and changes nothing then. */
  replace(group: string, tools: readonly Tool[]): void {
    const kept = tools.map((tool) => ({ tool, listed: listTool(tool) }));
    const others = [...this.#groups].flatMap(([name, members]) => (name === group ? [] : members));
    const sorted = [...others, ...kept].sort((a, b) => (a.tool.name < b.tool.name ? -1 : 1));
    const twice = sorted.find(({ tool }, i) => tool.name === sorted[i + 1]?.tool.name);
    if (twice) throw mcpErrors.TOOL_NAME_TAKEN({ name: twice.tool.name });
    this.#groups.set(group, kept);
    this.#tools = new Map(sorted.map(({ tool }) => [tool.name, tool]));
    this.#listed = sorted.map(({ listed }) => listed);
    this.#taskSources = new Map(sorted.flatMap(({ tool: { task } }) => (task ? [[task.source.prefix, task.source]] : [])));
    for (const listener of this.#changed) listener();
  }

  /** Calls `listener` after each change of the tools; returns how to stop. */
  onChange(listener: () => void): () => void {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  }

  /** The tool of that name. Throws TOOL_UNKNOWN with the nearest name. */
  tool(name: string): Tool {
    const tool = this.#tools.get(name);
    if (!tool) throw mcpErrors.TOOL_UNKNOWN({ name, nearest: nearest(name, [...this.#tools.keys()]) });
    return tool;
  }

  /** Whether only clients that know tasks may call a tool. */
  wantsTasks(name: string): boolean {
    return this.#tools.get(name)?.task?.required === true;
  }

  /** The resource at a URI with the values of its template parts. Throws RESOURCE_UNKNOWN. */
  resource(uri: string): { resource: Resource; parts: Readonly<Record<string, string>> } {
    for (const resource of this.resources) {
      const parts = matchUri(resource.uri, uri);
      if (parts) return { resource, parts };
    }
    throw mcpErrors.RESOURCE_UNKNOWN({ uri });
  }

  /** The prompt of that name, its required arguments present. Throws PROMPT_*. */
  prompt(name: string, values: Readonly<Record<string, string>>): Prompt {
    const prompt = this.prompts.find((candidate) => candidate.name === name);
    if (!prompt)
      throw mcpErrors.PROMPT_UNKNOWN({
        name,
        nearest: nearest(
          name,
          this.prompts.map((p) => p.name),
        ),
      });
    const missing = prompt.arguments.find((argument) => argument.required && !values[argument.name]);
    if (missing) throw mcpErrors.PROMPT_ARGUMENT_MISSING({ prompt: name, argument: missing.name });
    return prompt;
  }
}

function listTool(tool: Tool): ListedTool {
  const schema = (type: z.ZodType, io: "input" | "output") => jsonSchemaOf(type, io) as ListedTool["inputSchema"]; // why: both are z.object
  return {
    name: tool.name,
    description: tool.description,
    inputSchema: schema(tool.input, "input"),
    outputSchema: schema(tool.output, "input"),
    annotations: {
      readOnlyHint: tool.hints.readOnly ?? false,
      destructiveHint: tool.hints.destructive ?? false,
      idempotentHint: tool.hints.idempotent ?? tool.hints.readOnly ?? false,
      openWorldHint: false,
    },
    ...(tool.task ? { execution: { taskSupport: tool.task.required ? ("required" as const) : ("optional" as const) } } : {}),
  };
}
