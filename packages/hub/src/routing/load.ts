/**
 * How long an agent makes one wait: two averages and what is under way.
 *
 * `first` is the time to the first sign of life. It is a peak EWMA (Finagle, Linkerd): a sample above the average takes
 * its place at once, samples below wear it down with `decayMs`; an agent that stalls is avoided from its first slow
 * answer on. `total` is the time to the end, a plain EWMA: ends of tasks are heavy-tailed by nature, and a peak there
 * would say more about the task than about the agent. An agent that gives no sign before the end has only one time, and
 * it counts as both.
 *
 * What is under way counts before it ends: the age of the oldest call without a sign of life is a lower bound of its
 * first time. A call that has begun to stream has shown its first sign, so a long streaming task never makes its agent
 * look slow while it streams; it only counts as one call under way.
 */
/** An average, and when it was last touched. */
export interface Average {
  readonly value: number;
  readonly at: number;
}

/** A call under way at an agent. */
export interface UnderWay {
  readonly since: number;
  readonly heard: boolean;
}

/** One agent's load. */
export interface Load {
  readonly first: Average | undefined;
  readonly total: Average | undefined;
  readonly underWay: ReadonlyMap<string, UnderWay>;
  /** When it last began or ended something. */
  readonly signAt: number;
}

export const noLoad: Load = { first: undefined, total: undefined, underWay: new Map(), signAt: Number.NEGATIVE_INFINITY };

/** A call was sent. */
export function sent(load: Load, call: string, now: number): Load {
  return { ...load, underWay: new Map(load.underWay).set(call, { since: now, heard: false }) };
}

/** A call gave its first sign of life. */
export function heard(load: Load, call: string, now: number, decayMs: number): Load {
  const known = load.underWay.get(call);
  if (!known || known.heard) return load;
  return {
    ...load,
    first: peak(load.first, now - known.since, now, decayMs),
    underWay: new Map(load.underWay).set(call, { ...known, heard: true }),
    signAt: now,
  };
}

/** A call ended by itself. */
export function done(load: Load, call: string, now: number, decayMs: number): Load {
  const known = load.underWay.get(call);
  if (!known) return load;
  const took = now - known.since;
  return {
    first: known.heard ? load.first : peak(load.first, took, now, decayMs),
    total: plain(load.total, took, now, decayMs),
    underWay: without(load.underWay, call),
    signAt: now,
  };
}

/** A call was given up: what is known of its time is that it would have been longer, which counts only where it raises. */
export function givenUp(load: Load, call: string, now: number, decayMs: number): Load {
  const known = load.underWay.get(call);
  if (!known) return load;
  const took = now - known.since;
  return {
    ...load,
    first: known.heard || took <= (load.first?.value ?? 0) ? load.first : peak(load.first, took, now, decayMs),
    total: took <= (load.total?.value ?? 0) ? load.total : plain(load.total, took, now, decayMs),
    underWay: without(load.underWay, call),
  };
}

/** A time that was seen without being sent from here (another caller's task). */
export function seen(load: Load, times: { firstMs: number | undefined; totalMs: number }, now: number, decayMs: number): Load {
  return {
    ...load,
    first: peak(load.first, times.firstMs ?? times.totalMs, now, decayMs),
    total: plain(load.total, times.totalMs, now, decayMs),
    signAt: now,
  };
}

/** The expected wait for one more call, ms. `prior` stands in for an agent that nobody has tried yet. */
export function costOf(load: Load, aim: "first-event" | "end", prior: number, now: number): number {
  let oldest = 0;
  for (const call of load.underWay.values()) if (!call.heard) oldest = Math.max(oldest, now - call.since);
  const known = load.total?.value ?? prior;
  const first = Math.max(load.first?.value ?? Math.min(prior, known), oldest);
  // Not their sum: the total holds the first already, and a peak of the first would weigh twice.
  const latency = aim === "first-event" ? first : Math.max(known, first);
  return Math.max(latency, 0.001) * (load.underWay.size + 1);
}

function peak(average: Average | undefined, sample: number, now: number, decayMs: number): Average {
  return average === undefined || sample > average.value ? { value: sample, at: now } : plain(average, sample, now, decayMs);
}

function plain(average: Average | undefined, sample: number, now: number, decayMs: number): Average {
  if (average === undefined) return { value: sample, at: now };
  const kept = Math.exp(-Math.max(0, now - average.at) / decayMs);
  // Samples of one moment (a burst that ends together) must count too, though no time has passed between them.
  const weight = Math.min(kept, 0.98);
  return { value: average.value * weight + sample * (1 - weight), at: now };
}

function without(calls: ReadonlyMap<string, UnderWay>, call: string): ReadonlyMap<string, UnderWay> {
  const left = new Map(calls);
  left.delete(call);
  return left;
}
