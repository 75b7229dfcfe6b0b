/**
 * The initiator's side of negotiation/v1 in one negotiation, over A2A: asks for bids, has an award signed, hands the job
 * over and tells how it ended. It decides nothing and keeps nothing but the signed agreement: what it tells becomes an
 * event of the session, and the end of an agreement is kept in one transaction with that event.
 */
import type { ContractNetEvent } from "@entente/negotiation";
import { negotiationExtension } from "../a2a/cards.ts";
import type { Reply } from "../a2a/inside.ts";
import { dataOf, dataPart, textOf, textPart } from "../a2a/parts.ts";
import type { Registry } from "../a2a/registry.ts";
import type { Clock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { canonicalJson, type Json, sha256 } from "../base/json.ts";
import { openPartyKey, signDocument, verifyDocument } from "../security/keys.ts";
import type { AgreementDocument } from "./agreement.ts";
import { answerSchema } from "./bidder.ts";
import type { JobCall } from "./job.ts";
import { orAborted } from "./or-aborted.ts";
import type { Closing, NegotiationRecords } from "./records.ts";
import type { Session } from "./transcript.ts";

/** What came of asking or handing over: the event for the session, and the agreement that ends with it. */
export interface Outcome {
  readonly event: ContractNetEvent;
  readonly closing?: Closing;
}

/** What an initiator stands on. */
export interface InitiatorInput {
  readonly call: JobCall;
  readonly negotiation: string;
  readonly registry: Registry;
  readonly records: NegotiationRecords;
  readonly clock: Clock;
  readonly dataFolder: string;
}

/** The reason with which a winner is stopped: its time is up, which is its failure, or the job is called off, which is nobody's. */
export class CalledOff extends Error {
  override readonly name = "CalledOff";
  readonly status: "failed" | "cancelled";

  constructor(status: "failed" | "cancelled", reason: string) {
    super(reason);
    this.status = status;
  }
}

// A promise counts as kept within a quarter more than was promised.
const lateTolerance = 1.25;

/** The initiator of one negotiation. */
export class Initiator {
  readonly #input: InitiatorInput;

  constructor(input: InitiatorInput) {
    this.#input = input;
  }

  /** Asks an agent for a bid; whatever is no bid counts as a refusal with its reason. */
  async ask(to: string, replyBy: number, signal: AbortSignal): Promise<Outcome> {
    const { call, negotiation, registry } = this.#input;
    try {
      const parts = [
        textPart(`Call for proposals: ${call.subject}`),
        dataPart({ act: "cfp", negotiation, skill: call.skill, job: call.job, replyBy } as Json), // why: undefined members are dropped by JSON
      ];
      const options = { extensions: [negotiationExtension], signal };
      const answer = answerSchema.parse(answerOf(await orAborted(registry.send(to, parts, call.initiator, options), signal)));
      if (answer.act === "propose") {
        const { act: _, ...proposal } = answer;
        return { event: { type: "propose", from: to, ...proposal } };
      }
      return { event: { type: "refuse", from: to, reason: answer.act === "refuse" ? answer.reason : "an answer out of place" } };
    } catch (error) {
      return { event: { type: "refuse", from: to, reason: messageOf(error) } };
    }
  }

  /**
   * Has the winner sign (once, also over a restart) and do the job. `signed` hears of the agreement; from then on it is the
   * listener who ends it when the time is up. Gives undefined when `signal` stopped it: the agreement then stays open.
   */
  async perform(
    contractor: string,
    session: Session,
    signal: AbortSignal,
    signed: (document: AgreementDocument) => void,
  ): Promise<Outcome | undefined> {
    const { call, negotiation, registry, records, clock } = this.#input;
    let document: AgreementDocument | undefined;
    const failed = (reason: string): Outcome => ({
      event: { type: "failure", from: contractor, reason },
      ...(document ? { closing: { document, status: "failed", outcome: { problem: reason } } } : {}),
    });
    const began = clock.now();
    try {
      const open = await records.activeAgreement(negotiation, contractor);
      if (open) await records.resumeAgreement(open);
      document = open ?? (await this.#sign(contractor, session, signal));
      const agreement = document;
      if (signal.aborted) {
        // Signed in the very moment that it was stopped: nobody else knows of this agreement yet.
        const { reason } = signal;
        if (reason instanceof CalledOff)
          await records.closeAgreement({ document, status: reason.status, outcome: { problem: reason.message } });
        return undefined;
      }
      signed(agreement);
      const parts = [
        textPart(`Accepted: ${call.subject}`),
        dataPart({ act: "accept-proposal", agreement: agreement.id, run: call.run, job: call.job } as Json), // why: undefined members are dropped by JSON
      ];
      const sent = registry.send(contractor, parts, call.initiator, {
        extensions: [negotiationExtension],
        metadata: { skill: call.skill, agreement: agreement.id },
        signal,
        onTask: (task) => void records.setTask(agreement.id, task).catch(() => {}), // The link is a convenience; the task itself is kept.
      });
      const reply = await orAborted(sent, signal);
      if (reply.kind !== "task") return failed("it answered an accepted proposal with a message instead of a task");
      const { status, artifacts } = reply.task;
      if (status.state !== "TASK_STATE_COMPLETED")
        return signal.aborted ? undefined : failed(textOf(status.message?.parts ?? []) || "its task did not complete");
      const { promisedMs } = agreement;
      const elapsedMs = clock.now() - began;
      const kept = elapsedMs <= promisedMs * lateTolerance;
      return {
        event: {
          type: "inform-done",
          from: contractor,
          output: JSON.parse(JSON.stringify(dataOf(artifacts?.[0]?.parts ?? []) ?? null)),
        },
        closing: { document, status: kept ? "fulfilled" : "late", outcome: { elapsedMs, promisedMs } },
      };
    } catch (error) {
      return signal.aborted ? undefined : failed(messageOf(error));
    }
  }

  async #sign(contractor: string, session: Session, signal: AbortSignal): Promise<AgreementDocument> {
    const { call, negotiation, registry, records, clock, dataFolder } = this.#input;
    const proposal = session.state.participants.find((p) => p.name === contractor)?.proposal;
    const promisedMs = proposal?.promisedMs ?? call.completeWithinMs;
    const document: AgreementDocument = {
      id: newId("agr", clock.now()),
      negotiation,
      subject: call.subject,
      initiator: call.initiator,
      contractor,
      job: JSON.parse(canonicalJson(call.job)),
      price: proposal?.price ?? 0,
      promisedMs,
      quality: proposal?.quality ?? 0,
      dueAt: clock.now() + promisedMs,
      transcript: sha256(canonicalJson(session.entries)),
    };
    const asked = registry.send(contractor, [dataPart({ act: "agreement", document })], call.initiator, {
      extensions: [negotiationExtension],
      signal,
    });
    const answer = answerSchema.parse(answerOf(await orAborted(asked, signal)));
    if (answer.act !== "signed")
      throw new Error(answer.act === "refuse" ? answer.reason : "it answered an agreement with a proposal");
    if (!(await verifyDocument(document, answer.signature, registry.get(contractor).key.publicJwk)))
      throw new Error("its signature does not fit the agreement");
    const initiator = await signDocument(document, await openPartyKey(dataFolder, call.initiator));
    await records.openAgreement(document, { initiator, contractor: answer.signature }, call.fence);
    return document;
  }
}

function answerOf(reply: Reply): Json | undefined {
  return reply.kind === "message"
    ? dataOf(reply.parts)
    : { act: "refuse", reason: textOf(reply.task.status.message?.parts ?? []) || "it made a task of a question" };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
