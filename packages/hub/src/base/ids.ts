import { randomFillSync } from "node:crypto";

const randomLength = 10;

// Asking the system for a few bytes costs as much as asking for many; each byte is used once.
const pool = Buffer.alloc(randomLength * 512);
let used = pool.length;

/**
 * A sortable id: `run_019abc…`, the prefix, 48 bits of milliseconds and 80 random bits in hex (the layout of UUID v7
 * without its dashes and version bits). Ids made later sort later.
 */
export function newId(prefix: string, nowMs: number): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.toString("hex", used, used + randomLength);
  used += randomLength;
  return `${prefix}_${Math.floor(nowMs).toString(16).padStart(12, "0")}${random}`;
}
