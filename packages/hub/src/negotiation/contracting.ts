/**
 * Contracting: gets a job done by Contract Net. Announces it over A2A to every agent with the skill, awards by the
 * weighted criteria, has both sides sign, hands the job over as an A2A task, watches it against its promise, and
 * awards to the next best when the winner fails or takes too long. The protocol itself is the pure machine of
 * @entente/negotiation, the words with the agents are initiator.ts; this file is their loop and their clock.
 */
import { type ContractNetEffect, contractNet, explain } from "@entente/negotiation";
import type { Registry } from "../a2a/registry.ts";
import type { Clock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import type { Store } from "../store/store.ts";
import type { AgreementDocument } from "./agreement.ts";
import { negotiationErrors } from "./errors.ts";
import { CalledOff, Initiator, type Outcome } from "./initiator.ts";
import type { Contracted, JobCall } from "./job.ts";
import { type Closing, type KeptNegotiation, NegotiationRecords } from "./records.ts";
import { advance, openSession, pause, pausedMs, type Session } from "./transcript.ts";

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

  /**
   * Contracts the job, or goes on with it where a stop of the hub cut it off, or gives what it came to. A call that found
   * no acceptable bid is announced anew. Throws NO_BIDDERS, NO_ACCEPTABLE_BID, CONTRACT_FAILED, CONTRACT_CANCELLED.
   */
  async contract(call: JobCall, signal: AbortSignal): Promise<Contracted> {
    const kept = await this.records.find(call.run, call.subject);
    const state = kept?.session.state;
    if (call.calledOff?.aborted && (!kept || state?.phase === "collecting" || state?.awarded.length === 0))
      return this.#neverAnnounced(call, kept);
    if (!kept || state?.phase === "collecting" || state?.awarded.length === 0) return this.#announce(call, kept?.id, signal);
    if (state?.phase === "closed") return outcomeOf(call, kept.id, kept.session);
    const { now } = this.#input.clock;
    const resumed = pause(kept.session, kept.session.state.at, Math.max(0, now() - kept.updatedAt));
    await this.records.keep(kept.id, resumed, "performing", [], undefined, [], call.fence);
    const accepted = resumed.state.participants.filter((p) => p.standing === "awarded");
    const effects = accepted.map(
      (p): ContractNetEffect => ({
        type: "send",
        to: p.name,
        message: { act: "accept-proposal", completeBy: p.deadline ?? now() },
      }),
    );
    return this.#drive(call, kept.id, resumed, effects, signal);
  }

  // Called off before anybody was awarded anything; one that had been announced ends.
  async #neverAnnounced(call: JobCall, kept: KeptNegotiation | undefined): Promise<never> {
    const reason = reasonOf(call);
    if (kept && kept.session.state.phase !== "closed") {
      const [session] = advance(kept.session, { type: "cancel", reason }, kept.session.state.at);
      const told = [NegotiationRecords.told(kept.id, call.initiator, { type: "cancel", reason })];
      await this.records.keep(kept.id, session, "closed", told, undefined, [], call.fence);
    }
    throw negotiationErrors.CONTRACT_CANCELLED({ subject: call.subject, reason });
  }

  async #announce(call: JobCall, replaced: string | undefined, signal: AbortSignal): Promise<Contracted> {
    const { registry, clock } = this.#input;
    const able = registry
      .withSkill(call.skill)
      .filter((member) => member.agent.bid)
      .map((member) => member.agent.profile.name);
    const others = able.filter((name) => !call.avoid?.includes(name));
    const participants = others.length > 0 ? others : able;
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
      ...(call.most === undefined ? {} : { most: call.most }),
      task: { skill: call.skill, job: JSON.parse(canonicalJson(call.job)) },
    });
    const id = newId("neg", clock.now());
    const about = { id, run: call.run, subject: call.subject, actor: call.initiator, replaced };
    await this.records.begin(about, session, call.fence);
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
    const initiator = new Initiator({ ...this.#input, call, negotiation: id, records: this.records });
    const inbox: (Outcome & { actor: string })[] = [];
    let wake = (): void => {};
    const stopping = new AbortController();
    const working = AbortSignal.any([signal, stopping.signal]);
    const offset = pausedMs(session);
    const sessionNow = (): number => Math.max(this.#input.clock.now() - offset, session.state.at);
    const running = new Map<string, { controller: AbortController; document?: AgreementDocument }>();
    const works = new Set<Promise<void>>();
    const begin = (actor: string, work: Promise<Outcome | undefined>): void => {
      const posted = work.then((outcome) => {
        works.delete(posted);
        if (outcome) inbox.push({ ...outcome, actor });
        wake();
      });
      works.add(posted);
    };
    const carryOut = ({ to, message }: ContractNetEffect): void => {
      if (message.act === "cfp") begin(to, initiator.ask(to, message.replyBy, working));
      else if (message.act === "accept-proposal") {
        const work: { controller: AbortController; document?: AgreementDocument } = { controller: new AbortController() };
        running.set(to, work);
        const until = AbortSignal.any([working, work.controller.signal]);
        const signed = (document: AgreementDocument): void => {
          work.document = document;
        };
        begin(to, initiator.perform(to, session, until, signed));
      }
    };
    // Stops a winner whose time is up, or whose job is called off; its agreement ends in the same transaction as the step.
    const callOff = ({ to, message }: ContractNetEffect): Closing | undefined => {
      if (message.act !== "cancel") return undefined;
      const work = running.get(to);
      const reason = new CalledOff(session.state.cancelled ? "cancelled" : "failed", message.reason ?? "no reason given");
      work?.controller.abort(reason);
      return work?.document && { document: work.document, status: reason.status, outcome: { problem: reason.message } };
    };
    // Work that has just been done is the result, although it was called off in the same moment.
    const cancelling = (): (typeof inbox)[number] => {
      const done = inbox.findIndex(({ event }) => event.type === "inform-done");
      const [first] = done < 0 ? [] : inbox.splice(done, 1);
      return first ?? { event: { type: "cancel", reason: reasonOf(call) }, actor: call.initiator };
    };
    try {
      for (const effect of firstEffects) carryOut(effect);
      while (session.state.phase !== "closed") {
        signal.throwIfAborted();
        const due = contractNet.nextTimer(session.state);
        const delay = Math.min(heartbeatMs, due === undefined ? heartbeatMs : Math.max(0, due - sessionNow()));
        if (inbox.length === 0 && !call.calledOff?.aborted) {
          const { promise, resolve } = Promise.withResolvers<void>();
          wake = resolve;
          const timer = setTimeout(resolve, delay);
          for (const heard of [signal, call.calledOff]) heard?.addEventListener("abort", wake, { once: true });
          await promise;
          clearTimeout(timer);
          for (const heard of [signal, call.calledOff]) heard?.removeEventListener("abort", wake);
        }
        const timer = { event: { type: "timer" } as const, actor: "clock" };
        const next: (typeof inbox)[number] | undefined = call.calledOff?.aborted
          ? cancelling()
          : (inbox.shift() ?? (due !== undefined && sessionNow() >= due ? timer : undefined));
        if (!next) {
          await this.records.touch(id);
          continue;
        }
        const [after, effects] = advance(session, next.event, sessionNow());
        session = after;
        // Called off comes first: work that was done too late for its award does not fulfil the agreement.
        const closings = [...effects.map(callOff), next.closing].filter((closing) => closing !== undefined);
        const { phase } = session.state;
        const why = phase === "collecting" ? undefined : toJson(explain(session.state));
        const told = next.event.type === "timer" ? [] : [NegotiationRecords.told(id, next.actor, next.event)];
        await this.records.keep(id, session, phase, told, why, closings, call.fence);
        for (const effect of effects) carryOut(effect);
      }
    } finally {
      stopping.abort(new Error("the contract is over"));
      await Promise.all(works);
    }
    return outcomeOf(call, id, session);
  }
}

function outcomeOf(call: JobCall, negotiation: string, session: Session): Contracted {
  const result = contractNet.result(session.state);
  const { participants } = session.state;
  const results = (result?.outputs ?? []).map(({ from, output }) => {
    const price = participants.find(({ name }) => name === from)?.proposal?.price ?? 0;
    return { contractor: from, price, output: toJson(output) };
  });
  if (results.length > 0) return { negotiation, results };
  if (result?.outcome === "cancelled")
    throw negotiationErrors.CONTRACT_CANCELLED({ subject: call.subject, reason: reasonOf(call) });
  const failed = session.state.participants.filter((p) => ["failed", "timed-out"].includes(p.standing));
  if (failed.length === 0) {
    const dear = participants.flatMap(({ standing, proposal }) => (standing === "too-dear" && proposal ? [proposal.price] : []));
    const price = dear.length > 0 && call.most !== undefined ? { most: call.most, cheapest: Math.min(...dear) } : {};
    throw negotiationErrors.NO_ACCEPTABLE_BID({ subject: call.subject, bidders: session.terms.participants, ...price });
  }
  throw negotiationErrors.CONTRACT_FAILED({
    subject: call.subject,
    failed: failed.map((p) => p.name),
    reasons: failed.map((p) => p.reason ?? p.standing),
  });
}

function reasonOf({ calledOff }: JobCall): string {
  return calledOff?.reason instanceof Error ? calledOff.reason.message : "no reason given";
}

// The library's results are plain JSON by contract; this drops undefined members and gives them our Json type.
function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null));
}
