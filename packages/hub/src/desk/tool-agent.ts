/**
 * The other half of the bridge: MCP tools as skills of an A2A agent, `toolsmith`. Which ones is the operator's choice
 * (`a2a.tools`); they run as this agent, whoever sent the task. A tool's question becomes the task's (input-required), its
 * progress the task's statuses, its error the task's failure with the same code.
 */

import { z } from "zod";
import { type Agent, agentErrors } from "../base/agent.ts";
import type { Json } from "../base/json.ts";
import { jsonSchemaOf } from "../base/quick-schema.ts";
import { InputNeeded, type ToolAnswer } from "../base/tool.ts";
import type { Catalogue } from "../mcp/catalogue.ts";

/** The name of the agent. */
export const toolAgentName = "toolsmith";

const asked = z.object({
  tool: z.string(),
  input: z.record(z.string(), z.json()).default({}),
  schema: z.boolean().default(false),
});

/** The agent that offers these tools; undefined when there are none. Throws TOOL_UNKNOWN for a name that is no tool. */
export function toolAgent(catalogue: Catalogue, names: readonly string[]): Agent | undefined {
  if (names.length === 0) return undefined;
  const offered = new Map(names.map((name) => [name, catalogue.tool(name)]));
  return {
    profile: {
      name: toolAgentName,
      description:
        "Runs tools of this hub. Send data {tool, input}; {tool, schema: true} answers with what the input must look like.",
      skills: [...offered.values()].map((tool) => ({
        id: tool.name,
        name: tool.name.replaceAll("_", " "),
        description: tool.description,
        examples: [JSON.stringify({ tool: tool.name, schema: true })],
      })),
    },
    execute: async (task, ctx) => {
      const parsed = asked.safeParse(task.data);
      if (!parsed.success || !offered.has(parsed.data.tool))
        throw agentErrors.TASK_REJECTED({
          reason: `wanted data {"tool": one of ${names.join(", ")}, "input": {…}}; got ${JSON.stringify(task.data ?? task.text).slice(0, 200)}`,
        });
      const { tool, input, schema } = parsed.data;
      const known = offered.get(tool);
      if (schema && known)
        return { text: known.description, data: JSON.parse(JSON.stringify(jsonSchemaOf(known.input, "input"))) };
      const progress = ({ message, done, total }: { message?: string; done: number; total?: number | undefined }): void =>
        ctx.status(message ?? `${done}${total === undefined ? "" : ` of ${total}`}`);
      for (let answer: ToolAnswer | undefined; ; ) {
        try {
          const result = await ctx.call(tool, input, { canAsk: true, answer, progress });
          return { text: `${tool} is done`, data: JSON.parse(JSON.stringify(result)) };
        } catch (thrown) {
          if (!(thrown instanceof InputNeeded)) throw thrown;
          const said = await ctx.ask(thrown.message, JSON.parse(JSON.stringify({ form: thrown.form })));
          answer = { state: thrown.state, action: "accept", content: contentOf(said, Object.keys(thrown.form.properties)) };
        }
      }
    },
  };
}

// Data fills in the form; words alone are meant for its one field.
function contentOf(
  said: { readonly text: string; readonly data: Json | undefined },
  fields: readonly string[],
): ToolAnswer["content"] {
  const filled = z.record(z.string(), z.json()).safeParse(said.data);
  return filled.success ? JSON.parse(JSON.stringify(filled.data)) : { [fields[0] ?? "answer"]: said.text };
}
