import { randomBytes } from "node:crypto";

/**
 * A sortable id: `run_019abc…`, the prefix, 48 bits of milliseconds and 80 random bits in hex (the layout of UUID v7
 * without its dashes and version bits). Ids made later sort later.
 */
export function newId(prefix: string, nowMs: number): string {
  return `${prefix}_${Math.floor(nowMs).toString(16).padStart(12, "0")}${randomBytes(10).toString("hex")}`;
}
