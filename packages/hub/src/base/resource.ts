import type { ToolContext } from "./tool.ts";

/** A readable thing of the hub, as an MCP resource. `uri` may hold `{name}` parts: then it is a template. */
export interface Resource {
  readonly name: string;
  readonly uri: string;
  readonly description: string;
  readonly mimeType: string;
  /** The text at the URI; `parts` holds the values of the template's names. */
  readonly read: (parts: Readonly<Record<string, string>>, ctx: ToolContext) => Promise<string>;
}

/** A prompt people pick in their client. `render` gives the text of one user message. */
export interface Prompt {
  readonly name: string;
  readonly description: string;
  readonly arguments: readonly { readonly name: string; readonly description: string; readonly required: boolean }[];
  readonly render: (values: Readonly<Record<string, string>>, ctx: ToolContext) => Promise<string>;
}

/** Values of the `{name}` parts when `uri` fits `template`, else undefined. */
export function matchUri(template: string, uri: string): Readonly<Record<string, string>> | undefined {
  const names: string[] = [];
  const pattern = template
    .split(/(\{[a-z]+\})/)
    .map((piece) => {
      if (!piece.startsWith("{")) return piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      names.push(piece.slice(1, -1));
      return "([^/]+)";
    })
    .join("");
  const match = new RegExp(`^${pattern}$`).exec(uri);
  return match ? Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(match[i + 1] ?? "")])) : undefined;
}
