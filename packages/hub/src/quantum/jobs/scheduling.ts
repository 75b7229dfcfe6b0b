/**
 * Which jobs start now, and why: a pure decision over what waits, what runs and who has used how much.
 *
 * Jobs are taken class by class (interactive, normal, batch); a job moves up a class for every `agingMs` that it has waited, past the
 * first class too, so that nothing waits for ever. Within a class principals take turns by weighted fair queueing: next is whoever has
 * the least use for its weight, counting decayed past use, what runs, and what was already taken ahead in this decision; each
 * principal's own jobs go in the order of submission. A job whose deadline would be missed in that order, but can still be met, goes
 * ahead in its class, the earliest deadline first. One whose deadline cannot be met any more gets no favour: it would only make others
 * late. Rejected: strict priority (starves batch), earliest deadline for all (whoever writes the tightest deadline would win), and
 * round robin over principals (a job of an hour would count as much as one of a second).
 */
import { type Priority, priorities } from "./job.ts";

/** Where slots are counted: this machine, or Leap. */
export const lanes = ["local", "remote"] as const;
export type Lane = (typeof lanes)[number];

/** A job that waits; `costMs` is the solver time that it is expected to take. */
export interface WaitingJob {
  readonly id: string;
  readonly owner: string;
  readonly lane: Lane;
  readonly priority: Priority;
  readonly submittedAt: number;
  readonly deadlineAt: number | undefined;
  readonly costMs: number;
}

/** A job that runs. */
export interface RunningJob {
  readonly owner: string;
  readonly lane: Lane;
  readonly costMs: number;
}

/** The rules. */
export interface SchedulingPolicy {
  readonly slots: Readonly<Record<Lane, number>>;
  /** By principal; 1 for those not named. */
  readonly weights: Readonly<Record<string, number>>;
  readonly agingMs: number;
}

/** A job to start, and why it and not another. */
export interface Start {
  readonly id: string;
  readonly lane: Lane;
  readonly why: string;
}

/** What is decided upon. `used` is each principal's decayed use of a lane, ms. */
export interface SchedulingState {
  readonly waiting: readonly WaitingJob[];
  readonly running: readonly RunningJob[];
  readonly used: Readonly<Record<Lane, ReadonlyMap<string, number>>>;
}

interface Placed {
  readonly job: WaitingJob;
  readonly level: number;
  readonly share: number;
  /** When it would start in this order, from now, ms. */
  readonly startsInMs: number;
  readonly urgent: boolean;
}

/** The jobs that start now, in the order in which they were taken. Pure. */
export function startsNow(state: SchedulingState, policy: SchedulingPolicy, now: number): readonly Start[] {
  return lanes.flatMap((lane) => {
    const taken = state.running.filter((job) => job.lane === lane).length;
    const free = policy.slots[lane] - taken;
    if (free <= 0) return [];
    return orderOf(lane, state, policy, now, free)
      .slice(0, free)
      .map((placed) => ({ id: placed.job.id, lane, why: whyOf(placed, now) }));
  });
}

/** Use after `elapsedMs` of decay. Pure. */
export function decayed(amount: number, elapsedMs: number, halfLifeMs: number): number {
  return amount * 2 ** -(Math.max(0, elapsedMs) / halfLifeMs);
}

// The order of a lane, as far as its first `most` jobs need.
function orderOf(lane: Lane, state: SchedulingState, policy: SchedulingPolicy, now: number, most: number): readonly Placed[] {
  const levelOf = (job: WaitingJob): number =>
    priorities.indexOf(job.priority) - Math.floor(Math.max(0, now - job.submittedAt) / policy.agingMs);
  const levels = Map.groupBy(
    state.waiting.filter((job) => job.lane === lane),
    levelOf,
  );
  const running = state.running.filter((job) => job.lane === lane);
  const ledger = new Ledger(policy.weights, policy.slots[lane]);
  for (const [owner, ms] of state.used[lane]) ledger.charge(owner, ms);
  for (const { owner, costMs } of running) ledger.charge(owner, costMs);
  // Half of what runs is still to come, on average.
  ledger.aheadMs = running.reduce((sum, { costMs }) => sum + costMs / 2, 0);
  const order: Placed[] = [];
  for (const level of [...levels.keys()].sort((a, b) => a - b)) {
    const members = (levels.get(level) ?? []).toSorted(bySubmission);
    const late = members.some(({ deadlineAt }) => deadlineAt !== undefined)
      ? placed(members, level, new Set(), ledger.copy(), members.length).filter((one) => isSaved(one, now))
      : [];
    order.push(...placed(members, level, new Set(late.map(({ job }) => job.id)), ledger, most - order.length));
    if (order.length >= most) break;
  }
  return order;
}

/** Who has used how much for its weight, and the work ahead of what is placed next. */
class Ledger {
  readonly shares = new Map<string, number>();
  aheadMs = 0;
  readonly #weights: Readonly<Record<string, number>>;
  readonly #slots: number;

  constructor(weights: Readonly<Record<string, number>>, slots: number) {
    this.#weights = weights;
    this.#slots = slots;
  }

  get startsInMs(): number {
    return this.aheadMs / this.#slots;
  }

  share(owner: string): number {
    return this.shares.get(owner) ?? 0;
  }

  charge(owner: string, ms: number): void {
    this.shares.set(owner, this.share(owner) + ms / (this.#weights[owner] ?? 1));
  }

  copy(): Ledger {
    const copy = new Ledger(this.#weights, this.#slots);
    for (const [owner, share] of this.shares) copy.shares.set(owner, share);
    copy.aheadMs = this.aheadMs;
    return copy;
  }
}

// The first `most` jobs of one class in their order, the urgent ones first; the ledger is charged with them.
function placed(
  jobs: readonly WaitingJob[],
  level: number,
  urgent: ReadonlySet<string>,
  ledger: Ledger,
  most: number,
): readonly Placed[] {
  const order: Placed[] = [];
  const put = (job: WaitingJob): void => {
    const { startsInMs } = ledger;
    order.push({ job, level, share: ledger.share(job.owner), startsInMs, urgent: urgent.has(job.id) });
    ledger.charge(job.owner, job.costMs);
    ledger.aheadMs += job.costMs;
  };
  for (const job of jobs.filter(({ id }) => urgent.has(id)).toSorted(byDeadline)) put(job);
  const others = jobs.filter(({ id }) => !urgent.has(id));
  for (const job of inTurns(others, ledger)) {
    if (order.length >= most) break;
    put(job);
  }
  return order;
}

// Late in its turn, but not if it starts at once.
function isSaved({ job: { deadlineAt, costMs }, startsInMs }: Placed, now: number): boolean {
  return deadlineAt !== undefined && now + startsInMs + costMs > deadlineAt && now + costMs <= deadlineAt;
}

// Always the next job of whoever has the least use for its weight; the caller charges it before it asks for the next.
function* inTurns(jobs: readonly WaitingJob[], ledger: Ledger): Generator<WaitingJob> {
  const queues = Map.groupBy(jobs, ({ owner }) => owner);
  const next = new Map([...queues.keys()].map((owner) => [owner, 0]));
  for (let left = jobs.length; left > 0; left--) {
    let best: WaitingJob | undefined;
    for (const [owner, at] of next) {
      const job = queues.get(owner)?.[at];
      if (job === undefined) continue;
      const [mine, theirs] = [ledger.share(owner), best ? ledger.share(best.owner) : Number.POSITIVE_INFINITY];
      if (mine < theirs || (mine === theirs && best !== undefined && bySubmission(job, best) < 0)) best = job;
    }
    if (best === undefined) return;
    next.set(best.owner, (next.get(best.owner) ?? 0) + 1);
    yield best;
  }
}

function whyOf({ job, level, share, urgent }: Placed, now: number): string {
  const aged = priorities.indexOf(job.priority) - level;
  const reason = urgent
    ? `its deadline in ${(job.deadlineAt ?? now) - now} ms would be missed in its turn`
    : `its owner's use for its weight, ${Math.round(share)} ms, is the least of those waiting in the class`;
  const waited = `waited ${Math.max(0, now - job.submittedAt)} ms`;
  return `class ${job.priority}${aged > 0 ? `, moved up ${aged} by waiting` : ""}; ${reason}; ${waited}`;
}

// Ids are sortable by time, which settles what the same millisecond leaves open.
function bySubmission(a: WaitingJob, b: WaitingJob): number {
  return a.submittedAt - b.submittedAt || (a.id < b.id ? -1 : 1);
}

function byDeadline(a: WaitingJob, b: WaitingJob): number {
  return (a.deadlineAt ?? 0) - (b.deadlineAt ?? 0) || bySubmission(a, b);
}
