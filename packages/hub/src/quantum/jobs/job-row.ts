/** A job and the columns that keep it. */
import type { Selectable } from "kysely";
import type { QuantumJobsTable } from "../../store/quantum-schema.ts";
import { type JobAnswer, type JobOrder, jobStates, type KeptJob, priorities, wantedPlaces } from "./job.ts";

/** What may change of a job. */
export type JobChange = Partial<
  Pick<KeptJob, "state" | "place" | "flight" | "answer" | "error" | "startedAt" | "endedAt" | "notes" | "detours" | "cancel">
> & { readonly hub?: string | undefined };

/** The columns of a change. */
export function columnsOf({ notes, detours, answer, error, startedAt, endedAt, cancel, ...plain }: JobChange) {
  return {
    ...plain,
    ...("flight" in plain ? { flight: plain.flight ?? null } : {}),
    ...("hub" in plain ? { hub: plain.hub ?? null } : {}),
    ...(startedAt === undefined ? {} : { started_at: startedAt }),
    ...(endedAt === undefined ? {} : { ended_at: endedAt }),
    ...(cancel === undefined ? {} : { cancel: cancel ? 1 : 0 }),
    ...(notes === undefined ? {} : { notes_json: JSON.stringify({ notes, detours }) }),
    ...(answer === undefined ? {} : { answer_json: JSON.stringify(answer) }),
    ...(error === undefined ? {} : { error_json: JSON.stringify(error) }),
  };
}

/** A job from its columns. Throws where a newer hub wrote what this one does not know. */
export function jobOf(row: Selectable<QuantumJobsTable>): KeptJob {
  const { notes, detours }: Pick<KeptJob, "notes" | "detours"> = JSON.parse(row.notes_json);
  const answer: JobAnswer | undefined = row.answer_json === null ? undefined : JSON.parse(row.answer_json);
  return {
    id: row.id,
    owner: row.owner,
    label: row.label,
    wanted: pick(wantedPlaces, row.wanted),
    place: pick(["local", "qpu", "hybrid"] as const, row.place),
    priority: pick(priorities, row.priority),
    deadlineAt: row.deadline_at ?? undefined,
    state: pick(jobStates, row.state),
    costMs: row.cost_ms,
    order: orderFrom(row.order_json),
    notes,
    detours,
    flight: row.flight ?? undefined,
    cancel: row.cancel === 1,
    answer,
    error: row.error_json === null ? undefined : JSON.parse(row.error_json),
    submittedAt: row.submitted_at,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
  };
}

/** An order as text; a dimod file is the one part of it that is not JSON. */
export function orderText({ solve, ...rest }: JobOrder): string {
  const { problem } = solve;
  if (!("bytes" in problem)) return JSON.stringify({ solve, ...rest });
  return JSON.stringify({
    solve: { ...solve, problem: { ...problem, bytes: Buffer.from(problem.bytes).toString("base64") } },
    ...rest,
  });
}

function orderFrom(text: string): JobOrder {
  const order: JobOrder = JSON.parse(text);
  const { problem } = order.solve;
  if (!("bytes" in problem)) return order;
  const bytes = new Uint8Array(Buffer.from(String(problem.bytes), "base64"));
  return { ...order, solve: { ...order.solve, problem: { ...problem, bytes } } };
}

/** One of the words that a column may hold. Throws for another: only this hub's code writes them, so a newer hub did. */
export function pick<T extends string>(known: readonly T[], value: string): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw new Error(`"${value}" is none of ${known.join(", ")}; a newer hub may have written it`);
  return found;
}
