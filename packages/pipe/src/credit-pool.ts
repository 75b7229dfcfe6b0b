/**
 * How one receiver shares its buffer among the streams it reads. Every stream gets half of what is free when it opens, at least one
 * message, and is topped up towards half of (free + its own) whenever its producer has used up half. So one stream runs at nearly
 * full speed, many share, and a stream that nobody reads keeps at most its share and stops nobody else.
 *
 * Bound: the shares never hold more than the pool and one message for each open stream. In bytes one item may overshoot a share, since a
 * producer may send while it has any byte left; the overshoot is taken off the next grant.
 *
 * Rejected: one window for the pipe (HTTP/2's connection window): one unread stream would stop all others. A fixed window for each
 * stream: 256 streams of 1 MiB are not a bound worth the name.
 */
import type { Amount } from "./window.ts";

/** What no stream holds; below zero when only the guaranteed messages keep streams going. */
export type Pool = Amount;

/** One stream's part: what its producer may still send, and what is buffered here and not yet read. */
export interface Share {
  readonly credit: Amount;
  readonly buffered: Amount;
}

/** Opens a stream: its share's credit goes out with the call. */
export function openShare(pool: Pool): readonly [Pool, Share] {
  const credit = { messages: half(pool.messages, 0), bytes: half(pool.bytes, 0) };
  return [minus(pool, credit), { credit, buffered: { messages: 0, bytes: 0 } }];
}

/** An item came in; undefined when its producer had no credit left. */
export function receiveItem(share: Share, size: number): Share | undefined {
  const { credit, buffered } = share;
  if (credit.messages <= 0 || credit.bytes <= 0) return undefined;
  return {
    credit: { messages: credit.messages - 1, bytes: credit.bytes - size },
    buffered: { messages: buffered.messages + 1, bytes: buffered.bytes + size },
  };
}

/** An item was read. The third part is a grant to send, when one is due. */
export function readItem(pool: Pool, share: Share, size: number): readonly [Pool, Share, Amount | undefined] {
  const item = { messages: 1, bytes: size };
  const free = plus(pool, item);
  const buffered = minus(share.buffered, item);
  const { credit } = share;
  const target = {
    messages: half(free.messages, credit.messages + buffered.messages),
    bytes: half(free.bytes, credit.bytes + buffered.bytes),
  };
  const due = credit.messages * 2 <= target.messages || credit.bytes * 2 <= target.bytes;
  const grant = {
    messages: Math.max(0, target.messages - credit.messages - buffered.messages),
    bytes: Math.max(0, target.bytes - credit.bytes - buffered.bytes),
  };
  if (!due || (grant.messages === 0 && grant.bytes === 0)) return [free, { credit, buffered }, undefined];
  return [minus(free, grant), { credit: plus(credit, grant), buffered }, grant];
}

/** The producer is done: its unused credit goes back, what is buffered stays until it is read. */
export function endShare(pool: Pool, share: Share): readonly [Pool, Share] {
  return [plus(pool, share.credit), { credit: { messages: 0, bytes: 0 }, buffered: share.buffered }];
}

/** An item was read after the producer was done. */
export function drainItem(pool: Pool, share: Share, size: number): readonly [Pool, Share] {
  const item = { messages: 1, bytes: size };
  return [plus(pool, item), { credit: share.credit, buffered: minus(share.buffered, item) }];
}

/** The reader is done: everything goes back. */
export function closeShare(pool: Pool, share: Share): Pool {
  return plus(plus(pool, share.credit), share.buffered);
}

function half(free: number, own: number): number {
  return Math.max(1, Math.floor((Math.max(0, free) + Math.max(0, own)) / 2));
}

function plus(a: Amount, b: Amount): Amount {
  return { messages: a.messages + b.messages, bytes: a.bytes + b.bytes };
}

function minus(a: Amount, b: Amount): Amount {
  return { messages: a.messages - b.messages, bytes: a.bytes - b.bytes };
}
