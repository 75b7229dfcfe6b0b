import { type Message, type Part, Role } from "@a2a-js/sdk";
import type { Json } from "../base/json.ts";

const bare = { metadata: undefined, filename: "", mediaType: "" };

/** A text part. */
export function textPart(value: string): Part {
  return { ...bare, content: { $case: "text", value } };
}

/** A data part. */
export function dataPart(value: Json): Part {
  return { ...bare, mediaType: "application/json", content: { $case: "data", value } };
}

/** A message with every field that the wire form wants. */
export function makeMessage(input: {
  messageId: string;
  role: Role;
  parts: Part[];
  contextId?: string;
  taskId?: string;
  extensions?: string[];
}): Message {
  return { contextId: "", taskId: "", extensions: [], ...input, metadata: undefined, referenceTaskIds: [] };
}

/** All text parts, joined by newlines. */
export function textOf(parts: readonly Part[]): string {
  return parts.flatMap((part) => (part.content?.$case === "text" ? [part.content.value] : [])).join("\n");
}

/** The first data part, or undefined. */
export function dataOf(parts: readonly Part[]): Json | undefined {
  for (const part of parts) if (part.content?.$case === "data") return part.content.value;
  return undefined;
}

export { Role };
