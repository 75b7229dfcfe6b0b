// What MCP clients are told, by whichever of the ways here they came.
import type { EntenteError } from "../base/errors.ts";

/** The result of a tool that failed, as MCP has it: its caller's model reads the text, its program the code. */
export function failedCall(error: EntenteError) {
  return {
    isError: true,
    content: [{ type: "text" as const, text: `${error.code}: ${error.message}` }],
    _meta: { "dev.entente/error": { code: error.code, details: error.details, help: error.help } },
  };
}

/** Who answers. */
export function serverInfoOf(version: string) {
  return { name: "entente", title: "Entente", version } as const;
}
