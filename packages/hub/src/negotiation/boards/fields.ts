/** Fields that the board tools share. */
import { z } from "zod";
import { boardActs } from "./board.ts";
import type { KeptRevision } from "./records.ts";

/** A key: any text of a line. */
export const keyField = z
  .string()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}+$/u, "wanted a key without control characters");

/** Which board. */
export const boardId = { board: z.string().describe("a board id (brd_…)") };

/** Which key of which board. */
export const boardKey = { ...boardId, key: keyField };

/** Who writes. */
export const boardWriter = { as: z.string().optional().describe("for the operator: the member to write as") };

/** An entry without its value. */
export const entryFields = {
  key: z.string(),
  version: z.number().describe("the board's revision that wrote it; 0 for a key that is not there"),
};

/** A revision without its value. */
export const revisionFields = {
  seq: z.number(),
  at: z.number(),
  by: z.string(),
  act: z.enum(boardActs),
  key: z.string().nullable(),
  valueHash: z.string().nullable(),
  hash: z.string(),
};

/** A revision as it is shown. */
export function revisionView({ seq, at, by, act, key, valueHash, hash }: KeptRevision) {
  return { seq, at, by, act, key, valueHash, hash };
}
