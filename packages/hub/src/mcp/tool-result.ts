/** What a call of a tool is answered with over MCP, at once or as the result of a task. */
import type { CallToolResult } from "@modelcontextprotocol/server";
import type { EntenteError } from "../base/errors.ts";

/** The result of a call that gave `output`. */
export function resultOf(output: Readonly<Record<string, unknown>>): CallToolResult {
  return { content: [{ type: "text", text: JSON.stringify(output) }], structuredContent: output };
}

/** The result of a call that failed, with what the tool gave beside the error. */
export function failureOf(
  error: Pick<EntenteError, "code" | "message" | "details" | "help">,
  output?: Readonly<Record<string, unknown>>,
): CallToolResult {
  return {
    isError: true,
    content: [{ type: "text", text: `${error.code}: ${error.message}` }],
    ...(output ? { structuredContent: output } : {}),
    _meta: { "dev.entente/error": { code: error.code, details: error.details, help: error.help } },
  };
}
