/**
 * A blackboard: what several write together. Every change is a revision of the board, numbered, with its time and writer, linked to all
 * before it by SHA-256. The version of an entry is the revision that wrote it, so a version never comes twice, also when a key was
 * deleted and written anew: whoever writes over what it has read says which version that was. A link covers the hash of a value and not
 * the value, so that old values can be dropped while the chain still holds. Pure.
 */
import { canonicalJson, type Json, sha256 } from "../../base/json.ts";

/** What can happen to a board. */
export const boardActs = ["put", "delete", "close"] as const;
export type BoardAct = (typeof boardActs)[number];

/** A board as it was opened. */
export interface BoardTerms {
  readonly id: string;
  readonly subject: string;
  readonly openedBy: string;
  /** Who may read and write, the opener among them. */
  readonly members: readonly string[];
}

/** A revision. `key` is null for the close; `valueHash` is there for a put. */
export interface BoardRevision {
  readonly seq: number;
  readonly at: number;
  readonly by: string;
  readonly act: BoardAct;
  readonly key: string | null;
  readonly valueHash: string | null;
  readonly hash: string;
}

/** Where a board's chain begins. */
export function boardGenesis({ id, subject, openedBy, members }: BoardTerms): string {
  return sha256(canonicalJson({ id, subject, openedBy, members }));
}

/** The link of a revision to all before it. */
export function boardLink(before: string, { seq, at, by, act, key, valueHash }: Omit<BoardRevision, "hash">): string {
  return sha256(canonicalJson([before, seq, at, by, act, key, valueHash]));
}

/** A value as it is kept and hashed. */
export function boardValue(value: Json): { readonly text: string; readonly hash: string; readonly bytes: number } {
  const text = canonicalJson(value);
  return { text, hash: sha256(text), bytes: Buffer.byteLength(text) };
}
