/**
 * Bodies that nobody gets: refused, late, or left unread. An end of a pipe in one would never be bound, and its other end would wait for ever;
 * so each is dropped, and the other end hears that it is gone.
 */
import { PipeEnd } from "./pipe-end.ts";
import { maxContainers } from "./wire/body-error.ts";

/** Drops the ends of pipes in a body that nobody has taken. */
export function dropEnds(body: unknown): void {
  if (!PipeEnd.any) return;
  for (const end of endsIn(body)) end.drop();
}

/** The ends of pipes in a body, also of those that were taken. */
export function* endsIn(body: unknown): Generator<PipeEnd> {
  if (!PipeEnd.any || typeof body !== "object" || body === null) return;
  // A list and not recursion: within one thread a body is whatever its sender made, cycles and all.
  const seen = new Set<object>([body]);
  for (const one of seen) {
    if (one instanceof PipeEnd) {
      yield one;
      continue;
    }
    if (seen.size > maxContainers || !(Array.isArray(one) || isPlain(one))) continue;
    for (const key of Object.keys(one)) {
      const value: unknown = Object.getOwnPropertyDescriptor(one, key)?.value; // runs no getter
      if (typeof value === "object" && value !== null) seen.add(value);
    }
  }
}

function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null;
}
