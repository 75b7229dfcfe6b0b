// Time-indexed (Venturelli, Marchand & Rojo 2015, arXiv 1506.08479): x[operation][start], starts only within the window that the
// operations before and behind leave. Every rule is "at most one of these", so no slack is needed: a machine at one moment; and, for two
// operations in a row, the later one begun by t or the earlier one not finished by t. Instead of a makespan there is, per moment, a bit
// "all is done by then" that excludes late starts of last operations; the objective counts the moments that are not.
import { type ConstraintInput, cqmFrom } from "../models/cqm.ts";
import { defineProblem, type Json } from "../problem-builder.ts";
import { list, number, optional, record, text } from "../problem-input.ts";
import { greedySchedule, type Operation, type Placed, scheduleFaults } from "../problems/schedule.ts";

const mostStarts = 20_000;

/** Job-shop scheduling of the least makespan. */
export default defineProblem({
  name: "job-shop",
  description:
    "Schedules jobs, each a sequence of operations on machines that do one thing at a time, so that all are done as early as possible.",
  input: {
    jobs: list(
      "each job's operations in order",
      list(
        "the operations of one job",
        record("an operation", {
          machine: text("the machine it needs"),
          duration: number("how long it takes", { minimum: 1, maximum: 1000, whole: true }),
        }),
        { maximum: 50 },
      ),
      { maximum: 50 },
    ),
    horizon: optional(
      number("when all must be done; what a greedy schedule needs otherwise", { minimum: 1, maximum: 5000, whole: true }),
      undefined,
    ),
  },
  example: {
    jobs: [
      [
        { machine: "saw", duration: 2 },
        { machine: "drill", duration: 1 },
      ],
      [
        { machine: "drill", duration: 2 },
        { machine: "saw", duration: 1 },
      ],
    ],
  },
  build({ jobs, horizon: asked }, refuse) {
    const operations = jobs.flatMap((steps, job): Operation[] => steps.map((step, index) => ({ ...step, job, index })));
    const horizon = asked ?? Math.max(...greedySchedule(operations).map(({ start, duration }) => start + duration));
    const sum = (of: readonly Operation[]) => of.reduce((total, o) => total + o.duration, 0);
    let choices = 0;
    const windows = operations.map((o) => {
      const ofJob = operations.filter(({ job }) => job === o.job);
      const head = sum(ofJob.filter((other) => other.index < o.index));
      const last = horizon - sum(ofJob.filter((other) => other.index >= o.index));
      if (last < head) refuse("horizon", `at least ${sum(ofJob)}, as long as job ${o.job}`, horizon);
      choices += last - head + 1;
      if (choices > mostStarts) refuse("horizon", `one that leaves at most ${mostStarts} starts in all`, horizon);
      return Array.from({ length: last - head + 1 }, (_, k) => head + k);
    });
    const earliest = Math.max(...jobs.map((_, job) => sum(operations.filter((o) => o.job === job))));
    const starts = (o: number, keeps: (start: number) => boolean) =>
      windows[o]!.filter(keeps).map((t): [string, number] => [startOf(o, t), 1]);
    const startOf = (o: number, t: number) => `job ${operations[o]!.job} step ${operations[o]!.index} at ${t}`;
    const doneBy = (t: number) => `done by ${t}`;
    const moments = Array.from({ length: horizon }, (_, t) => t);
    const open = moments.filter((t) => t >= earliest);
    const rules: ConstraintInput[] = [];
    const atMostOne = (label: string, linear: readonly [string, number][]) => {
      if (linear.length > 1) rules.push({ label, linear, sense: "<=", right: 1 });
    };
    for (const machine of new Set(operations.map((o) => o.machine))) {
      const on = operations.flatMap((o, i) => (o.machine === machine ? [i] : []));
      for (const t of on.length > 1 ? moments : [])
        atMostOne(
          `${machine} at ${t}`,
          on.flatMap((i) => starts(i, (s) => s <= t && s > t - operations[i]!.duration)),
        );
    }
    for (const [i, { job, index, duration }] of operations.entries()) {
      const next = operations.findIndex((o) => o.job === job && o.index === index + 1);
      if (next >= 0)
        for (const t of windows[next]!)
          atMostOne(`job ${job} step ${index} before ${t}`, [
            ...starts(next, (s) => s <= t),
            ...starts(i, (s) => s + duration > t),
          ]);
      else for (const t of open) atMostOne(`job ${job} by ${t}`, [[doneBy(t), 1], ...starts(i, (s) => s + duration > t)]);
    }
    const cqm = cqmFrom({
      variables: [...operations.flatMap((_, i) => windows[i]!.map((t) => startOf(i, t))), ...open.map(doneBy)].map((label) => ({
        label,
        kind: "binary",
      })),
      objective: { offset: horizon, linear: open.map((t) => [doneBy(t), -1]) },
      constraints: rules,
      discrete: operations.map(({ job, index }, i) => ({
        label: `start of job ${job} step ${index}`,
        variables: windows[i]!.map((t) => startOf(i, t)),
      })),
    });
    return {
      cqm,
      answer(sample) {
        let at = 0;
        const violations: string[] = [];
        const placed: Placed[] = [];
        for (const [i, operation] of operations.entries()) {
          const begun = windows[i]!.filter(() => sample[at++] === 1);
          if (begun.length !== 1) violations.push(`step ${operation.index} of job ${operation.job} starts ${begun.length} times`);
          for (const start of begun) placed.push({ ...operation, start });
        }
        violations.push(...scheduleFaults(placed));
        const makespan = Math.max(0, ...placed.map(({ start, duration }) => start + duration));
        const schedule: Json = placed.map(({ job, index, machine, start, duration }) => ({
          job,
          step: index,
          machine,
          start,
          end: start + duration,
        }));
        return { feasible: violations.length === 0, violations, makespan, schedule };
      },
    };
  },
});
