/**
 * The JSON text of objects that were encoded once already: a task's event goes to the store and to each of its readers, and
 * is not encoded again for each. Also the number that an event has in its task. Both are kept beside the object, not in it.
 */
import type { StreamResponse } from "./protocol.ts";

const texts = new WeakMap<object, string>();
const numbers = new WeakMap<object, number>();

/** Encodes an object that is never changed, and keeps the text as long as the object lives. */
export function encodeOnce(value: object): string {
  let text = texts.get(value);
  if (text === undefined) {
    text = JSON.stringify(value);
    texts.set(value, text);
  }
  return text;
}

/** Keeps the text that an object was read from. */
export function remember(value: object, text: string): void {
  texts.set(value, text);
}

/** JSON of a value; that of `encodeOnce` where there is one, also for a task or message inside a response. */
export function encoded(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const known = texts.get(value);
  if (known !== undefined) return known;
  if ("task" in value && typeof value.task === "object" && value.task !== null && texts.has(value.task))
    return `{"task":${texts.get(value.task)}}`;
  return JSON.stringify(value);
}

/** Gives an event its number in its task. */
export function numberEvent(event: StreamResponse, number: number): void {
  numbers.set(event, number);
}

/** The number of an event in its task, counted from 1; undefined where it has none. */
export function eventNumber(event: object): number | undefined {
  return numbers.get(event);
}
