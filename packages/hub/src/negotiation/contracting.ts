/**
 * Contracting: gets a job done by Contract Net. Announces it over A2A to every agent with the skill, awards by the
 * weighted criteria, has both sides sign, hands the job over as an A2A task, watches it against its promise, and
 * awards to the next best when the winner fails or takes too long. The protocol itself is the pure machine of
 * @entente/negotiation; this file is its hands and its clock.
 */

import { TaskState } from "@a2a-js/sdk";
import { type ContractNetEffect, type ContractNetEvent, type Criteria, contractNet, explain } from "@entente/negotiation";
import { negotiationExtension } from "../a2a/cards.ts";
import { dataOf, dataPart, textOf, textPart } from "../a2a/parts.ts";
import type { Registry, Reply } from "../a2a/registry.ts";
import type { Clock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { canonicalJson, type Json, sha256 } from "../base/json.ts";
import { openPartyKey, signDocument } from "../security/keys.ts";
import type { Store } from "../store/store.ts";
import type { AgreementDocument } from "./agreement.ts";
import { answerSchema } from "./bidder.ts";
import { negotiationErrors } from "./errors.ts";
import { NegotiationRecords } from "./records.ts";
import { advance, openSession, pause, pausedMs, type Session } from "./transcript.ts";

/** A job to be contracted out. */
export interface JobCall {
  readonly run: string;
  readonly subject: string;
  readonly skill: string;
  readonly initiator: string;
  readonly job: { readonly [key: string]: Json | undefined };
  readonly criteria: Criteria;
  /** How many bidders are to do the job, each whole. */
  readonly awards: number;
  readonly replyMs: number;
  /** Longest a winner may take, ms: beyond it the job goes to the next best. */
  readonly completeWithinMs: number;
}

/** A job done: what each winner delivered, in the order they finished; at least one. */
export interface Contracted {
  readonly negotiation: string;
  readonly results: readonly { readonly contractor: string; readonly output: Json }[];
}

/** What contracting stands on. */
export interface ContractingInput {
  readonly store: Store;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly dataFolder: string;
}

const heartbeatMs = 2000;

/** Runs and resumes contracts. */
export class Contracting {
  readonly records: NegotiationRecords;
  readonly #input: ContractingInput;

  constructor(input: ContractingInput) {
    this.#input = input;
    this.records = new NegotiationRecords(input.store, input.clock);
  }

  /** Contracts the job, or goes on with it where a stop of the hub cut it off. Throws NO_BIDDERS, NO_ACCEPTABLE_BID, CONTRACT_FAILED. */
  async contract(call: JobCall, signal: AbortSignal): Promise<Contracted> {
    const kept = await this.records.find(call.run, call.subject);
    if (kept?.session.state.phase === "closed") return this.#outcome(call, kept.id, kept.session);
    if (kept && kept.session.state.phase === "performing") {
      const { now } = this.#input.clock;
      const resumed = pause(kept.session, kept.session.state.at, Math.max(0, now() - kept.updatedAt));
      await this.records.keep(kept.id, resumed, "performing", []);
      return this.#drive(
        call,
        kept.id,
        resumed,
        resumed.state.participants
          .filter((p) => p.standing === "awarded")
          .map((p) => ({ type: "send", to: p.name, message: { act: "accept-proposal", completeBy: p.deadline ?? now() } })),
        signal,
      );
    }
    return this.#announce(call, signal);
  }

  async #announce(call: JobCall, signal: AbortSignal): Promise<Contracted> {
    const { registry, clock } = this.#input;
    const participants = registry
      .withSkill(call.skill)
      .filter((member) => member.agent.bid)
      .map((member) => member.agent.profile.name);
    if (participants.length === 0) throw negotiationErrors.NO_BIDDERS({ skill: call.skill });
    const reliability = await this.records.reliability(participants);
    const [session, effects] = openSession({
      participants,
      replyBy: clock.now() + call.replyMs,
      completeWithinMs: call.completeWithinMs,
      awards: call.awards,
      reaward: true,
      criteria: call.criteria,
      reliability,
      task: JSON.parse(canonicalJson({ skill: call.skill, ...call.job })),
    });
    const id = newId("neg", clock.now());
    await this.records.begin(id, call.run, call.subject, session, call.initiator);
    return this.#drive(call, id, session, effects, signal);
  }

  // One loop: carry out effects, wait for the first of an answer, a timer or an abort, step, keep, go on.
  async #drive(
    call: JobCall,
    id: string,
    opened: Session,
    firstEffects: readonly ContractNetEffect[],
    signal: AbortSignal,
  ): Promise<Contracted> {
    let session = opened;
    const inbox: { event: ContractNetEvent; actor: string }[] = [];
    let wake = (): void => {};
    const post = (event: ContractNetEvent, actor: string): void => {
      inbox.push({ event, actor });
      wake();
    };
    const stopping = new AbortController();
    const working = AbortSignal.any([signal, stopping.signal]);
    const offset = pausedMs(session);
    const sessionNow = (): number => Math.max(this.#input.clock.now() - offset, session.state.at);
    const running = new Map<string, AbortController>();
    const carryOut = (effect: ContractNetEffect): void => {
      const { to, message } = effect;
      if (message.act === "cfp") void this.#ask(call, id, to, message.replyBy, working).then((event) => post(event, to));
      else if (message.act === "accept-proposal") {
        const controller = new AbortController();
        running.set(to, controller);
        void this.#perform(call, id, session, to, AbortSignal.any([working, controller.signal])).then(
          (event) => event && post(event, to),
        );
      } else if (message.act === "cancel") running.get(to)?.abort(new Error(message.reason ?? "cancelled by the initiator"));
    };
    try {
      for (const effect of firstEffects) carryOut(effect);
      while (session.state.phase !== "closed") {
        signal.throwIfAborted();
        const due = contractNet.nextTimer(session.state);
        const delay = Math.min(heartbeatMs, due === undefined ? heartbeatMs : Math.max(0, due - sessionNow()));
        if (inbox.length === 0) {
          const { promise, resolve } = Promise.withResolvers<void>();
          wake = resolve;
          const timer = setTimeout(resolve, delay);
          signal.addEventListener("abort", wake, { once: true });
          await promise;
          clearTimeout(timer);
          signal.removeEventListener("abort", wake);
        }
        const next =
          inbox.shift() ??
          (due !== undefined && sessionNow() >= due ? { event: { type: "timer" } as const, actor: "clock" } : undefined);
        if (!next) {
          await this.records.touch(id);
          continue;
        }
        const [after, effects] = advance(session, next.event, sessionNow());
        session = after;
        const { phase } = session.state;
        const why = phase === "collecting" ? undefined : toJson(explain(session.state));
        await this.records.keep(
          id,
          session,
          phase,
          next.event.type === "timer" ? [] : [NegotiationRecords.told(id, next.actor, next.event)],
          why,
        );
        for (const effect of effects) carryOut(effect);
      }
    } finally {
      stopping.abort(new Error("the contract is over"));
    }
    return this.#outcome(call, id, session);
  }

  async #ask(call: JobCall, negotiation: string, to: string, replyBy: number, signal: AbortSignal): Promise<ContractNetEvent> {
    try {
      const reply = await this.#input.registry.send(
        to,
        [
          textPart(`Call for proposals: ${call.subject}`),
          dataPart({ act: "cfp", negotiation, skill: call.skill, job: call.job, replyBy } as Json),
        ],
        call.initiator,
        { extensions: [negotiationExtension], signal },
      ); // why: undefined members are dropped by JSON
      const answer = answerSchema.parse(answerOf(reply));
      if (answer.act === "propose")
        return {
          type: "propose",
          from: to,
          price: answer.price,
          promisedMs: answer.promisedMs,
          quality: answer.quality,
          details: answer.details,
        };
      return { type: "refuse", from: to, reason: answer.act === "refuse" ? answer.reason : "an answer out of place" };
    } catch (error) {
      return { type: "refuse", from: to, reason: messageOf(error) };
    }
  }

  // Signs (once) and hands the job over; gives the event that ends it, or undefined when the whole contract was stopped.
  async #perform(
    call: JobCall,
    negotiation: string,
    session: Session,
    contractor: string,
    signal: AbortSignal,
  ): Promise<ContractNetEvent | undefined> {
    const { registry, clock } = this.#input;
    let document: AgreementDocument | undefined;
    const began = clock.now();
    try {
      const open = await this.records.activeAgreement(negotiation, contractor);
      document = open?.document ?? (await this.#sign(call, negotiation, session, contractor));
      const agreed = document;
      const parts = [
        textPart(`Accepted: ${call.subject}`),
        dataPart({ act: "accept-proposal", agreement: agreed.id, run: call.run, job: call.job } as Json),
      ]; // why: undefined members are dropped by JSON
      const reply = await registry.send(contractor, parts, call.initiator, {
        extensions: [negotiationExtension],
        signal,
        onTask: (task) => void this.records.setTask(agreed.id, task).catch(() => {}),
      }); // The link is a convenience; the task itself is kept.
      if (reply.kind !== "task") throw new Error("it answered an accepted proposal with a message instead of a task");
      const { task } = reply;
      const problem = textOf(task.status?.message?.parts ?? []);
      if (task.status?.state === TaskState.TASK_STATE_COMPLETED) {
        const elapsedMs = clock.now() - began;
        await this.records.closeAgreement(agreed, elapsedMs <= agreed.promisedMs * lateTolerance ? "fulfilled" : "late", {
          elapsedMs,
          promisedMs: agreed.promisedMs,
        });
        return {
          type: "inform-done",
          from: contractor,
          output: JSON.parse(JSON.stringify(dataOf(task.artifacts[0]?.parts ?? []) ?? null)),
        };
      }
      if (signal.aborted) return this.#abandoned(agreed, signal);
      await this.records.closeAgreement(agreed, "failed", { problem });
      return { type: "failure", from: contractor, reason: problem };
    } catch (error) {
      if (signal.aborted) return document ? this.#abandoned(document, signal) : undefined;
      if (document) await this.records.closeAgreement(document, "failed", { problem: messageOf(error) });
      return { type: "failure", from: contractor, reason: messageOf(error) };
    }
  }

  // A timeout breaks the contractor's promise; a stop of the hub leaves the agreement open, to go on at the next start.
  async #abandoned(document: AgreementDocument, signal: AbortSignal): Promise<undefined> {
    const reason = messageOf(signal.reason);
    if (reason === "completion-timeout") await this.records.closeAgreement(document, "failed", { problem: reason });
    return undefined;
  }

  async #sign(call: JobCall, negotiation: string, session: Session, contractor: string): Promise<AgreementDocument> {
    const { registry, clock, dataFolder } = this.#input;
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
    const reply = await registry.send(contractor, [dataPart({ act: "agreement", document })], call.initiator, {
      extensions: [negotiationExtension],
    });
    const answer = answerSchema.parse(answerOf(reply));
    if (answer.act !== "signed") throw new Error("it did not sign the agreement");
    const initiator = await signDocument(document, await openPartyKey(dataFolder, call.initiator));
    await this.records.openAgreement(document, { initiator, contractor: answer.signature });
    return document;
  }

  #outcome(call: JobCall, negotiation: string, session: Session): Contracted {
    const result = contractNet.result(session.state);
    const results = (result?.outputs ?? []).map((done) => ({ contractor: done.from, output: toJson(done.output) }));
    if (results.length > 0) return { negotiation, results };
    const failed = session.state.participants.filter((p) => ["failed", "timed-out"].includes(p.standing));
    if (failed.length === 0)
      throw negotiationErrors.NO_ACCEPTABLE_BID({ subject: call.subject, bidders: session.terms.participants });
    throw negotiationErrors.CONTRACT_FAILED({
      subject: call.subject,
      failed: failed.map((p) => p.name),
      reasons: failed.map((p) => p.reason ?? p.standing),
    });
  }
}

const lateTolerance = 1.25;

function answerOf(reply: Reply): Json | undefined {
  return reply.kind === "message"
    ? dataOf(reply.parts)
    : { act: "refuse", reason: textOf(reply.task.status?.message?.parts ?? []) || "it made a task of a question" };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// The library's results are plain JSON by contract; this drops undefined members and gives them our Json type.
function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null));
}
