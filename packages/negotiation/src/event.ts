// What every step looks at first. Both throw EVENT_INVALID: they are faults of the host, not of a participant.
import { NegotiationError } from "./errors.ts";

/** The time of a step: never before the latest one seen. */
export function timeOfStep(time: number, latest: number): number {
  if (!Number.isFinite(time))
    throw new NegotiationError("EVENT_INVALID", { field: "now", wanted: "a time in milliseconds", got: time });
  return Math.max(time, latest);
}

/** Checks that an event is of a type that the protocol knows. */
export function checkEventType(event: { readonly type: string }, types: readonly string[]): void {
  if (!types.includes(event.type))
    throw new NegotiationError("EVENT_INVALID", { field: "type", wanted: types.join(", "), got: event.type });
}
