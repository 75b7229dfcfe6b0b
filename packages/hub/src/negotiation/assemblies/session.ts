/**
 * A vote or an auction as it is kept: its terms and every event that changed it, numbered, with its time, each linked to all before it by
 * SHA-256. A ballot or a sealed bid is two things: the seal, a salted hash that stands in the chain, is told and may be seen by all, and
 * the answer itself with its salt, which stands beside the chain and is shown when it may be. So the transcript can be checked at any
 * time without opening a seal, and an opened answer is proven to be the one that was given. The last event holds the result. Replaying
 * the events through the protocol gives the state, so any hub can go on with any of them. Time is the clock's: what was due while no hub
 * was there is done when one is. Pure.
 */
import {
  type AuctionResult,
  type CombinatorialAuctionEvent,
  type CombinatorialAuctionResult,
  type CombinatorialAuctionState,
  combinatorialAuction,
  type DutchEvent,
  type DutchState,
  dutch,
  type EnglishEvent,
  type EnglishState,
  english,
  type SealedBidEvent,
  type SealedBidState,
  sealedBid,
  type VoteEvent,
  type VoteResult,
  type VoteState,
  vote,
} from "@entente/negotiation";
import { canonicalJson, sha256 } from "../../base/json.ts";
import { type AssemblyTerms, isSealed } from "./terms.ts";

/** What can happen: the protocols' events, and the opener's word that it is over now. */
export type AssemblyEvent =
  | VoteEvent
  | SealedBidEvent
  | EnglishEvent
  | DutchEvent
  | CombinatorialAuctionEvent
  | { readonly type: "close"; readonly from: string };

/** How one can end. */
export type AssemblyResult = VoteResult | AuctionResult | CombinatorialAuctionResult;

/** The state of any of the protocols. */
export type AssemblyState = VoteState | SealedBidState | EnglishState | DutchState | CombinatorialAuctionState;

/** What all may see of an event. `seal` takes the place of a ballot or a bid; `result` is there when the event ended it. */
export interface Shown {
  readonly type: string;
  readonly from?: string;
  readonly price?: number;
  readonly reason?: string;
  readonly seal?: string;
  readonly result?: AssemblyResult;
}

/** What was sealed, and the salt. */
export interface Sealed {
  readonly salt: string;
  readonly event: AssemblyEvent;
}

/** A kept event. */
export interface AssemblyEntry {
  readonly seq: number;
  readonly at: number;
  readonly hash: string;
  readonly shown: Shown;
  readonly sealed?: Sealed;
}

/** One in the middle, or at its end. `hash` is that of the last entry, or of the terms. */
export interface AssemblySession {
  readonly terms: AssemblyTerms;
  readonly state: AssemblyState;
  readonly seq: number;
  readonly hash: string;
  readonly result?: AssemblyResult;
}

/** What came of an event: a session one entry longer, or why not; `next` is the worst price that would do, where that is why. */
export type Advance =
  | { readonly session: AssemblySession; readonly entry: AssemblyEntry }
  | { readonly refused: string; readonly next?: number };

interface Told {
  readonly to: string;
  readonly message: { readonly act: string; readonly reason?: string; readonly next?: number };
}

interface AnyProtocol {
  start(terms: AssemblyTerms["terms"]): readonly [AssemblyState, readonly Told[]];
  step(state: AssemblyState, event: AssemblyEvent, now: number): readonly [AssemblyState, readonly Told[]];
  nextTimer(state: AssemblyState): number | undefined;
  result(state: AssemblyState): AssemblyResult | undefined;
}

const protocols = { vote, "sealed-bid": sealedBid, english, dutch, "combinatorial-auction": combinatorialAuction } as const;

function protocolOf({ kind }: AssemblyTerms): AnyProtocol {
  return protocols[kind] as unknown as AnyProtocol; // why: terms, state and events of one session are all of its kind
}

/** Opens one. Throws TERMS_INVALID of the library. */
export function openAssembly(terms: AssemblyTerms): AssemblySession {
  const [state] = protocolOf(terms).start(terms.terms);
  return { terms, state, seq: 0, hash: genesisOf(terms) };
}

/** Where the chain of one with these terms begins. */
export function genesisOf(terms: AssemblyTerms): string {
  return sha256(canonicalJson(terms));
}

/** When its clock next does something; undefined when it is over. */
export function dueAt({ terms, state, result }: AssemblySession): number | undefined {
  return result ? undefined : protocolOf(terms).nextTimer(state);
}

/** Takes an event at a time of the clock. What had fallen due comes first, as an event of its own, so `now` is before `dueAt` or the event is the timer. */
export function advanceAssembly(session: AssemblySession, event: AssemblyEvent, now: number, salt: string): Advance {
  const { terms, state: before } = session;
  const at = Math.max(now, before.at);
  const [state, told] = stepped(terms, before, event, at);
  const to = "from" in event ? event.from : undefined;
  const no = told.find((one) => one.to === to && (one.message.act === "refused" || one.message.act === "not-understood"));
  if (no) return { refused: no.message.reason ?? "", ...(no.message.next === undefined ? {} : { next: no.message.next }) };
  const result = protocolOf(terms).result(state);
  const sealed = isSealed(terms) && isAnswer(event) ? { salt, event } : undefined;
  const shown: Shown = {
    ...(sealed ? { type: "sealed", from: to ?? "", seal: sealOf(sealed) } : shownOf(event, state)),
    ...(result ? { result } : {}),
  };
  const seq = session.seq + 1;
  const hash = linked(session.hash, seq, at, shown);
  return {
    session: { terms, state, seq, hash, ...(result ? { result } : {}) },
    entry: { seq, at, hash, shown, ...(sealed ? { sealed } : {}) },
  };
}

/** Goes on with kept entries, as far as they lead. The last event's result is read and not worked out again. Throws where an entry is not the one that was kept. */
export function resumedAssembly(from: AssemblySession, entries: readonly AssemblyEntry[]): AssemblySession {
  let session = from;
  const brokenAt = brokenEntry(from, entries);
  if (brokenAt !== undefined) throw new Error(`event ${brokenAt} is not the one that was kept`);
  for (const { seq, at, hash, shown, sealed } of entries) {
    const { terms } = session;
    if (shown.result) return { terms, state: session.state, seq, hash, result: shown.result };
    const event = sealed?.event ?? (shown as AssemblyEvent); // why: what is not sealed is shown as it was, with more beside it
    const [state] = stepped(terms, session.state, event, at);
    session = { terms, state, seq, hash };
  }
  return session;
}

/** The first entry after `from` that is not linked to those before it, or whose seal is another one's; undefined when all hold. */
export function brokenEntry(from: Pick<AssemblySession, "seq" | "hash">, entries: readonly AssemblyEntry[]): number | undefined {
  let { seq, hash } = from;
  for (const entry of entries) {
    seq += 1;
    const opened = entry.sealed === undefined || entry.shown.seal === sealOf(entry.sealed);
    if (entry.seq !== seq || entry.hash !== linked(hash, seq, entry.at, entry.shown) || !opened) return seq;
    hash = entry.hash;
  }
  return undefined;
}

/** The price now of a Dutch auction. */
export function dutchPrice({ terms, moves }: DutchState): number {
  const { side, ceiling, floor, moveBy } = terms;
  return side === "sell" ? Math.max(floor, ceiling - moves * moveBy) : Math.min(ceiling, floor + moves * moveBy);
}

function stepped(terms: AssemblyTerms, before: AssemblyState, event: AssemblyEvent, at: number) {
  const protocol = protocolOf(terms);
  if (event.type !== "close") return protocol.step(before, event, at);
  // The opener's hammer: the clock is taken to where it would have fallen by itself.
  let [state, told]: readonly [AssemblyState, readonly Told[]] = [before, []];
  for (let due = protocol.nextTimer(state); due !== undefined; due = protocol.nextTimer(state))
    [state, told] = protocol.step(state, { type: "timer" }, due);
  return [state, told] as const;
}

// Who passes or abstains says so under a seal, too: else it would be seen who does not.
function isAnswer({ type }: AssemblyEvent): boolean {
  return type === "ballot" || type === "abstain" || type === "bid" || type === "pass";
}

function shownOf(event: AssemblyEvent, state: AssemblyState): Shown {
  const from = "from" in event ? { from: event.from } : {};
  const reason = event.type === "cancel" && event.reason !== undefined ? { reason: event.reason } : {};
  const price = event.type === "bid" && "price" in event ? event.price : "moves" in state ? dutchPrice(state) : undefined;
  return { type: event.type, ...from, ...reason, ...(price === undefined ? {} : { price }) };
}

/** What stands in the chain for a sealed answer. */
export function sealOf({ salt, event }: Sealed): string {
  return sha256(canonicalJson([salt, event]));
}

function linked(before: string, seq: number, at: number, shown: Shown): string {
  return sha256(canonicalJson([before, seq, at, shown]));
}
