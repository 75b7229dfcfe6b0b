/** Step `index` of a job: it needs a machine for a while. */
export interface Operation {
  readonly job: number;
  readonly index: number;
  readonly machine: string;
  readonly duration: number;
}

/** An operation with its start. */
export interface Placed extends Operation {
  readonly start: number;
}

/** A schedule that keeps the rules: of the jobs' next operations, the one that can start first goes first (the longer rest of a job on a tie). */
export function greedySchedule(operations: readonly Operation[]): readonly Placed[] {
  const machineFree = new Map<string, number>();
  const jobFree = new Map<number, number>();
  const queues = Map.groupBy(operations, (o) => o.job);
  const placed: Placed[] = [];
  while (placed.length < operations.length) {
    const next = [...queues.values()].flatMap((queue) => {
      const [first] = queue;
      if (!first) return [];
      const start = Math.max(machineFree.get(first.machine) ?? 0, jobFree.get(first.job) ?? 0);
      return [{ queue, first, start, rest: queue.reduce((sum, o) => sum + o.duration, 0) }];
    });
    const { queue, first, start } = next.reduce((a, b) =>
      b.start < a.start || (b.start === a.start && b.rest > a.rest) ? b : a,
    );
    queue.shift();
    machineFree.set(first.machine, start + first.duration);
    jobFree.set(first.job, start + first.duration);
    placed.push({ ...first, start });
  }
  return placed;
}

/** In words: machines that do two things at a time and steps that start before the one ahead of them ends. */
export function scheduleFaults(placed: readonly Placed[]): string[] {
  const faults: string[] = [];
  const nameOf = ({ job, index }: Placed) => `step ${index} of job ${job}`;
  for (const [k, a] of placed.entries())
    for (const b of placed.slice(k + 1)) {
      const overlap = a.start < b.start + b.duration && b.start < a.start + a.duration;
      if (a.machine === b.machine && overlap) faults.push(`${a.machine} does ${nameOf(a)} and ${nameOf(b)} at once`);
      if (a.job === b.job && b.index === a.index + 1 && b.start < a.start + a.duration)
        faults.push(`${nameOf(b)} starts before ${nameOf(a)} ends`);
    }
  return faults;
}
