import type { Json } from "../base/json.ts";
import type { Part } from "./protocol.ts";

/** A text part. */
export function textPart(text: string): Part {
  return { text };
}

/** A data part. */
export function dataPart(data: Json): Part {
  return { data, mediaType: "application/json" };
}

/** All text parts, joined by newlines. */
export function textOf(parts: readonly Part[]): string {
  return parts.flatMap((part) => (part.text === undefined ? [] : [part.text])).join("\n");
}

/** The first data part, or undefined. */
export function dataOf(parts: readonly Part[]): Json | undefined {
  return parts.find((part) => part.data !== undefined)?.data;
}
