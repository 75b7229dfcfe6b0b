/**
 * A session of alternating offers as it is kept: its terms and every event that changed it, numbered, with its time, each linked to all
 * before it by SHA-256. Replaying the events through the protocol gives the state, so any hub can go on with any session. Session time
 * is the clock less all the time in which no hub carried the session on: a stop of the hub never costs a party its turn. Pure.
 */
import {
  type AlternatingOffersEffect,
  type AlternatingOffersEvent,
  type AlternatingOffersState,
  alternatingOffers,
  describeOutcome,
  type Outcome,
} from "@entente/negotiation";
import type { NegotiationAct } from "@entente/sdk";
import { canonicalJson, sha256 } from "../../base/json.ts";
import { type BargainTerms, domainOf, outcomeOf, protocolTerms } from "./terms.ts";

/** What happened, with the words that came with it; they bind nobody. */
export interface Happened {
  readonly event: AlternatingOffersEvent;
  readonly text?: string;
}

/** A kept event. `at` is session time. */
export interface Entry extends Happened {
  readonly seq: number;
  readonly at: number;
  readonly hash: string;
}

/** A session in the middle, or at its end. */
export interface BargainSession {
  readonly terms: BargainTerms;
  readonly state: AlternatingOffersState;
  readonly entries: readonly Entry[];
  /** Of the last entry, or of the terms. */
  readonly hash: string;
}

/** The effects that tell a party that its turn has come. */
export type TurnEffect = Extract<AlternatingOffersEffect, { readonly type: "turn" }>;

/** What came of an event: a session one entry longer, or, where the event changed nothing, why. */
export type Advance =
  | { readonly session: BargainSession; readonly entry: Entry }
  | { readonly refused: Extract<AlternatingOffersEffect, { readonly type: "not-understood" }>["reason"] | undefined };

/** Opens a session. Throws TERMS_INVALID of the library. */
export function openBargain(terms: BargainTerms): BargainSession {
  const [state] = alternatingOffers.start(protocolTerms(terms));
  return { terms, state, entries: [], hash: sha256(canonicalJson(terms)) };
}

/** Takes an event at a session time. */
export function advanceBargain(session: BargainSession, happened: Happened, now: number): Advance {
  const at = Math.max(now, session.state.at);
  const [state, effects] = alternatingOffers.step(session.state, happened.event, at);
  const [first] = effects;
  if (first?.type === "not-understood") return { refused: first.reason };
  if (state === session.state) return { refused: undefined };
  const seq = session.entries.length + 1;
  const entry: Entry = { ...happened, seq, at, hash: linked(session.hash, seq, at, happened) };
  return { session: { ...session, state, entries: [...session.entries, entry], hash: entry.hash }, entry };
}

/** What a chain of entries is worth: the session they lead to, or the first that does not fit. */
export type Replay = { readonly session: BargainSession } | { readonly brokenAt: number };

/** Replays entries, checking each link. */
export function replayBargain(terms: BargainTerms, entries: readonly Entry[]): Replay {
  let session = openBargain(terms);
  const kept: Entry[] = [];
  let { state, hash } = session;
  for (const entry of entries) {
    const { seq, at } = entry;
    if (seq !== kept.length + 1 || entry.hash !== linked(hash, seq, at, entry)) return { brokenAt: kept.length + 1 };
    const [next, effects] = alternatingOffers.step(state, entry.event, at);
    if (next === state || effects[0]?.type === "not-understood") return { brokenAt: seq };
    kept.push(entry);
    [state, hash] = [next, entry.hash];
  }
  session = { terms, state, entries: kept, hash };
  return { session };
}

/** Whose turn it is and under which circumstances; undefined when the session is over. */
export function turnOf({ terms, state }: Pick<BargainSession, "terms" | "state">): TurnEffect | undefined {
  if (state.result !== undefined) return undefined;
  const { rounds } = terms;
  const round = Math.floor(state.action / terms.parties.length);
  const mayOffer = rounds === undefined || round < rounds;
  const { standing } = state;
  return {
    type: "turn",
    to: nameOf(terms, state.action % terms.parties.length),
    t: relativeTime(terms, round, state.at),
    mayOffer,
    ...(rounds === undefined ? {} : { actionsLeft: mayOffer ? rounds - round : 1 }),
    ...(standing ? { standing: { by: nameOf(terms, standing.by), outcome: standing.outcome } } : {}),
  };
}

// What the protocol calls relative time: 0 at the beginning, 1 at the nearer of the deadlines.
function relativeTime({ rounds, startAt, endAt }: BargainTerms, round: number, at: number): number {
  const byRounds = rounds === undefined ? 0 : round / rounds;
  const byTime = endAt === undefined ? 0 : (at - startAt) / (endAt - startAt);
  return Math.min(1, Math.max(byRounds, byTime));
}

/** An offer that was made. */
export interface Offered {
  readonly by: string;
  readonly offer: Readonly<Record<string, string>>;
  readonly t: number;
  readonly text?: string;
}

/** The offers from a place in the entries on, in words. Each entry before the end is one action, so its place tells its round. */
export function offersSince({ terms, entries }: BargainSession, from: number): readonly Offered[] {
  return entries.slice(from).flatMap(({ event, text }, k): Offered[] => {
    if (event.type !== "offer") return [];
    const place = from + k;
    const before = entries[place - 1]?.at ?? terms.startAt;
    const t = relativeTime(terms, Math.floor(place / terms.parties.length), before);
    return [{ by: event.from, offer: wordsOf(terms, event.outcome), t, ...(text === undefined ? {} : { text }) }];
  });
}

/** The round of a session, from 0. */
export function roundOf({ state }: Pick<BargainSession, "state">): number {
  return state.result?.round ?? Math.floor(state.action / state.terms.participants.length);
}

/** An outcome in words. */
export function wordsOf(terms: BargainTerms, outcome: Outcome): Readonly<Record<string, string>> {
  return describeOutcome(domainOf(terms), outcome);
}

function nameOf({ parties }: BargainTerms, place: number): string {
  return parties[place]?.name ?? "";
}

function linked(before: string, seq: number, at: number, { event, text }: Happened): string {
  return sha256(canonicalJson([before, seq, at, event, text ?? null]));
}

/** What a party's act is as an event of its session. Throws OFFER_INVALID. */
export function happenedBy(terms: BargainTerms, from: string, act: NegotiationAct): Happened {
  const text = act.text === undefined ? {} : { text: act.text };
  switch (act.act) {
    case "offer":
      return { event: { type: "offer", from, outcome: outcomeOf(terms, act.offer) }, ...text };
    case "accept":
      return { event: { type: "accept", from }, ...text };
    case "end":
      return { event: { type: "end", from, ...(act.reason === undefined ? {} : { reason: act.reason }) }, ...text };
  }
}
