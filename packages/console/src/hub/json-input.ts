import { HubError } from "./mcp.ts";

/** The object that an editor's text stands for; no text is an object without fields. Throws HubError, in the words that the hub would use. */
export function objectFrom(text: string): object {
  try {
    const value: unknown = JSON.parse(text.trim() === "" ? "{}" : text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch (cause) {
    throw new HubError("INPUT_NOT_JSON", `wanted JSON; ${cause instanceof Error ? cause.message : String(cause)}`, 0);
  }
  throw new HubError("INPUT_NOT_OBJECT", "wanted a JSON object with the tool's fields", 0);
}
