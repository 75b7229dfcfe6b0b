/** A task of a plan as a contract: from its announcement to what the plan is told of it. */
import { NegotiationError, type PlanEffect } from "@entente/negotiation";
import { z } from "zod";
import { EntenteError } from "../../base/errors.ts";
import type { Contracting } from "../contracting.ts";
import { type KeptPlan, PlanLost, type PlanRecords } from "./records.ts";
import { withResults } from "./references.ts";
import { type PlanHappened, type PlanSession, resultOf } from "./session.ts";

/** What a task's contract stands on. */
export interface TaskContract {
  readonly contracting: Contracting;
  readonly records: PlanRecords;
  readonly kept: KeptPlan;
  readonly announcement: Extract<PlanEffect, { readonly type: "announce" }>;
  /** Aborted when the plan has no use for it any more. */
  readonly calledOff: AbortSignal;
}

const cheapest = z.object({ cheapest: z.number().optional() });
const whoFailed = z.object({ failed: z.array(z.string()) });

/**
 * Gets a task done by Contract Net, or goes on where a stop cut it off. Gives undefined when `signal` stopped it, so that whoever drives the plan
 * next goes on with it. Throws only what is no fault of the task: the store's errors, PlanLost.
 */
export async function contractTask(
  { contracting, records, kept, announcement, calledOff }: TaskContract,
  signal: AbortSignal,
): Promise<PlanHappened | undefined> {
  const { task: id, attempt, most, replyMs, completeWithinMs, avoid } = announcement;
  const { session, openedBy } = kept;
  const task = session.document.tasks.find((one) => one.id === id);
  if (!task) throw new Error(`plan "${kept.id}" has no task "${id}"`);
  const subject = subjectOf(session, id, attempt);
  const failed = (reason: string, more: { by?: readonly string[]; asked?: number; final?: boolean } = {}): PlanHappened => ({
    event: { type: "failed", task: id, reason, ...more },
  });
  let job: ReturnType<typeof withResults>;
  try {
    job = withResults(id, task.job, (from) => resultOf(session, from));
  } catch (thrown) {
    // The same results would be looked at again.
    return failed(messageOf(thrown), { final: true });
  }
  let happened: PlanHappened;
  try {
    const { results } = await contracting.contract(
      {
        run: kept.id,
        subject,
        skill: task.skill,
        initiator: openedBy,
        job,
        criteria: task.criteria,
        awards: task.awards,
        replyMs,
        completeWithinMs,
        most,
        avoid,
        calledOff,
        fence: records.fence(kept),
      },
      signal,
    );
    const spent = results.reduce((sum, { price }) => sum + price, 0);
    happened = { event: { type: "done", task: id, spent }, results };
  } catch (thrown) {
    if (signal.aborted) return undefined;
    if (thrown instanceof PlanLost || !isOfTheTask(thrown)) throw thrown;
    const { code } = thrown;
    if (code === "CONTRACT_CANCELLED") happened = { event: { type: "stopped", task: id } };
    else if (code === "NO_ACCEPTABLE_BID") {
      const { cheapest: asked } = cheapest.parse(thrown.details);
      happened = failed(thrown.message, asked === undefined ? {} : { asked });
    } else if (code === "CONTRACT_FAILED") happened = failed(thrown.message, { by: whoFailed.parse(thrown.details).failed });
    else happened = failed(thrown.message, { final: thrown instanceof NegotiationError });
  }
  const contract = await records.contractOf(kept.id, subject);
  return { ...happened, ...contract };
}

/** What a task's contract is about, in words; another attempt is another contract. */
export function subjectOf({ document }: PlanSession, task: string, attempt: number): string {
  return `${document.subject}: ${task}${attempt > 1 ? ` (attempt ${attempt})` : ""}`;
}

const codes = ["NO_BIDDERS", "NO_ACCEPTABLE_BID", "CONTRACT_FAILED", "CONTRACT_CANCELLED"];

function isOfTheTask(thrown: unknown): thrown is EntenteError | NegotiationError {
  return (thrown instanceof EntenteError && codes.includes(thrown.code)) || thrown instanceof NegotiationError;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
