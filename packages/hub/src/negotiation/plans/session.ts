/**
 * A plan as it is kept: its document and every event that changed it, numbered, with its time and what came with it, each linked to all
 * before it by SHA-256. Replaying the events through the machine gives the state, so any hub can go on with any plan. Plan time is the
 * clock less all the time in which no hub carried the plan on. Pure.
 */
import { type PlanEffect, type PlanEvent, type PlanState, plan } from "@entente/negotiation";
import { canonicalJson, type Json, sha256 } from "../../base/json.ts";
import { type PlanDocument, planTerms } from "./terms.ts";

/** What a winner delivered, and its price in credits. */
export interface TaskResult {
  readonly contractor: string;
  readonly price: number;
  readonly output: Json;
}

/** What happened, with the contract that it came of. */
export interface PlanHappened {
  readonly event: PlanEvent;
  readonly negotiation?: string;
  readonly agreements?: readonly string[];
  readonly results?: readonly TaskResult[];
}

/** A kept event. `at` is plan time. */
export interface PlanEntry extends PlanHappened {
  readonly seq: number;
  readonly at: number;
  readonly hash: string;
}

/** A plan in the middle, or at its end. */
export interface PlanSession {
  readonly document: PlanDocument;
  readonly state: PlanState;
  readonly entries: readonly PlanEntry[];
  /** Of the last entry, or of the document. */
  readonly hash: string;
}

/** The link that the first entry follows. */
export function planGenesis(document: PlanDocument): string {
  return sha256(canonicalJson(document));
}

/** Opens a plan; the effects are the first announcements. */
export function openPlan(document: PlanDocument): readonly [PlanSession, readonly PlanEffect[]] {
  const [state, effects] = plan.start(planTerms(document));
  return [{ document, state, entries: [], hash: planGenesis(document) }, effects];
}

/** Takes an event at a plan time; undefined when it changes nothing. Throws EVENT_INVALID of the library. */
export function advancePlan(
  session: PlanSession,
  happened: PlanHappened,
  now: number,
): { readonly session: PlanSession; readonly entry: PlanEntry; readonly effects: readonly PlanEffect[] } | undefined {
  const at = Math.max(now, session.state.at);
  const [state, effects] = plan.step(session.state, happened.event, at);
  if (effects.length === 0 && canonicalJson({ ...state, at: 0 }) === canonicalJson({ ...session.state, at: 0 })) return undefined;
  const seq = session.entries.length + 1;
  const entry: PlanEntry = { ...happened, seq, at, hash: planLink(session.hash, seq, at, happened) };
  return { session: { ...session, state, entries: [...session.entries, entry], hash: entry.hash }, entry, effects };
}

/** Replays entries, checking each link. Throws where one is not the one that was kept. */
export function replayPlan(id: string, document: PlanDocument, entries: readonly PlanEntry[]): PlanSession {
  const [{ state: first, hash: begin }] = openPlan(document);
  let [state, hash] = [first, begin];
  for (const [k, entry] of entries.entries()) {
    if (entry.seq !== k + 1 || entry.hash !== planLink(hash, entry.seq, entry.at, entry))
      throw new Error(`event ${k + 1} of plan "${id}" is not the one that was kept`);
    [state] = plan.step(state, entry.event, entry.at);
    hash = entry.hash;
  }
  return { document, state, entries, hash };
}

/** What a task delivered: the output of its winner, or a list of them where it has several; undefined while it is not done. */
export function resultOf({ document, entries }: PlanSession, task: string): Json | undefined {
  const done = entries.find(({ event }) => event.type === "done" && event.task === task);
  const several = (document.tasks.find(({ id }) => id === task)?.awards ?? 1) > 1;
  const outputs = done?.results?.map(({ output }) => output) ?? [];
  return several && done ? outputs : outputs[0];
}

/** The link of an entry, after one. */
export function planLink(
  before: string,
  seq: number,
  at: number,
  { event, negotiation, agreements, results }: PlanHappened,
): string {
  return sha256(canonicalJson([before, seq, at, { event, negotiation, agreements, results }]));
}
