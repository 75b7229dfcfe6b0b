import { firstReservedOrdinal } from "./interface.ts";

// The pipe's own requests are calls with reserved ordinals, as Mojo's Run and RunOrClosePipe messages are: so they are answered, ordered,
// cancelled and lost by the same rules as everybody's. They have places of their own (limits.ts, `controlCalls`).

/** The ordinal of the version query; it does not stand in line behind waiting calls. */
export const versionOrdinal = 0xffff_ffff;

/** The ordinal of the flush; it keeps its place behind earlier calls. */
export const flushOrdinal = 0xffff_fffe;

/** Whether an ordinal is the pipe's own. */
export function isControl(ordinal: number): boolean {
  return ordinal >= firstReservedOrdinal;
}

/** What a version query answers; null when the peer serves no such interface. */
export type ServedVersion = { readonly name: string; readonly version: number; readonly ordinals: readonly number[] } | null;

/** Reads the answer of a version query; undefined when it is none. */
export function parseServedVersion(value: unknown): ServedVersion | undefined {
  if (value === null) return null;
  if (typeof value !== "object" || !("name" in value) || !("version" in value) || !("ordinals" in value)) return undefined;
  const { name, version, ordinals } = value;
  if (typeof name !== "string" || typeof version !== "number" || !Array.isArray(ordinals)) return undefined;
  return ordinals.every((o) => typeof o === "number") ? { name, version, ordinals } : undefined;
}
