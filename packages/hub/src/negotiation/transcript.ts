/**
 * A Contract Net session as it is kept: its terms and every event with its time. Replaying gives the state, so a hub
 * that was killed goes on where it was. While the hub is down a session's time stands still: `pause` entries say how
 * long, and session time is the clock less all pauses, so a stop of the hub never breaks anybody's promise.
 */
import {
  type ContractNetEffect,
  type ContractNetEvent,
  type ContractNetState,
  type ContractNetTerms,
  contractNet,
} from "@entente/negotiation";
import type { Json } from "../base/json.ts";

/** One kept entry. `at` is session time, ms. */
export type Entry = { readonly at: number; readonly event: ContractNetEvent } | { readonly at: number; readonly pauseMs: number };

/** A session and the entries that led to its state. */
export interface Session {
  readonly terms: ContractNetTerms;
  readonly state: ContractNetState;
  readonly entries: readonly Entry[];
}

/** Opens a session; the effects are the calls for proposals. */
export function openSession(terms: ContractNetTerms): readonly [Session, readonly ContractNetEffect[]] {
  const [state, effects] = contractNet.start(terms);
  return [{ terms, state, entries: [] }, effects];
}

/** Adds an event. */
export function advance(session: Session, event: ContractNetEvent, at: number): readonly [Session, readonly ContractNetEffect[]] {
  const [state, effects] = contractNet.step(session.state, event, at);
  return [{ ...session, state, entries: [...session.entries, { at, event }] }, effects];
}

/** Adds a pause. */
export function pause(session: Session, at: number, pauseMs: number): Session {
  return { ...session, entries: [...session.entries, { at, pauseMs }] };
}

/** Rebuilds a session from what was kept. */
export function replay(terms: ContractNetTerms, entries: readonly Entry[]): Session {
  let [state] = contractNet.start(terms);
  for (const entry of entries) if ("event" in entry) [state] = contractNet.step(state, entry.event, entry.at);
  return { terms, state, entries };
}

/** All pauses, ms. */
export function pausedMs(session: Session): number {
  return session.entries.reduce((sum, entry) => sum + ("pauseMs" in entry ? entry.pauseMs : 0), 0);
}

/** An event as the log keeps it. */
export function eventData(event: ContractNetEvent): { readonly [key: string]: Json | undefined } {
  // why: contract net events are plain JSON by their own contract
  return event as unknown as { readonly [key: string]: Json | undefined };
}
