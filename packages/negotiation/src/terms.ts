// Checks that the terms of several protocols share. All throw TERMS_INVALID.
import { NegotiationError } from "./errors.ts";

/** Throws TERMS_INVALID for one field. */
export function refuse(field: string, wanted: string, got: unknown): never {
  throw new NegotiationError("TERMS_INVALID", { field, wanted, got });
}

/** A list of at least `fewest` names, each once. */
export function checkNames(field: string, names: readonly string[], fewest = 1): void {
  if (!Array.isArray(names) || names.length < fewest)
    refuse(field, fewest === 1 ? "at least one name" : `at least ${fewest} names`, names);
  const seen = new Set<string>();
  for (const [i, name] of names.entries()) {
    if (typeof name !== "string" || name === "") refuse(`${field}[${i}]`, "a non-empty name", name);
    if (seen.has(name)) refuse(`${field}[${i}]`, "each name once", name);
    seen.add(name);
  }
}

/** One of a closed set of words. */
export function checkWord(field: string, word: string, words: readonly string[]): void {
  if (!words.includes(word)) refuse(field, `one of ${words.join(", ")}`, word);
}

/** A time in milliseconds, after `from` when that is given. */
export function checkTime(field: string, time: number, from?: number): void {
  if (!Number.isFinite(time)) refuse(field, "a time in milliseconds", time);
  if (from !== undefined && time <= from) refuse(field, `a time after ${from}`, time);
}

/** A length of time in milliseconds, above 0. */
export function checkLength(field: string, ms: number): void {
  if (!(Number.isFinite(ms) && ms > 0)) refuse(field, "more than 0 ms", ms);
}

/** A number from `least` to 2^53: beyond, sums lose what is added to them. */
export function checkAmount(field: string, amount: number, least = 0): void {
  if (!(amount >= least && amount <= Number.MAX_SAFE_INTEGER)) refuse(field, `a number from ${least} to 2^53`, amount);
}

/** A whole number of at least `least`. */
export function checkCount(field: string, count: number, least = 1): void {
  if (!(Number.isSafeInteger(count) && count >= least)) refuse(field, `a whole number of at least ${least}`, count);
}
