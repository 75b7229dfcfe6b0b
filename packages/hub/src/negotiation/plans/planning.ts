/**
 * Planning: plans as durable objects. The machine decides (the library's `plan`, over session.ts), the store keeps (records.ts), Contracting gets
 * each task done; this file is their loop and their clock. A plan is driven by one hub at a time. What a hub was doing for it when it
 * stopped follows from the plan's state, and each contract goes on by its subject: so another hub, or the same one after `kill -9`, takes
 * up where it was, and nothing is awarded twice.
 */
import { type PlanEffect, plan, planUnderWay } from "@entente/negotiation";
import { hubIdOf } from "../../a2a/engine/lease.ts";
import type { Clock } from "../../base/clock.ts";
import { asEntenteError, baseErrors } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import { canonicalJson } from "../../base/json.ts";
import type { Logger } from "../../base/logger.ts";
import type { Store } from "../../store/store.ts";
import type { Contracting } from "../contracting.ts";
import { negotiationErrors } from "../errors.ts";
import { heardOrLook } from "../or-aborted.ts";
import { openingNews, planNews } from "./news.ts";
import { type KeptPlan, PlanRecords } from "./records.ts";
import { advancePlan, openPlan, type PlanHappened } from "./session.ts";
import { contractTask } from "./task-contract.ts";
import type { PlanDocument, PlanLimits } from "./terms.ts";

/** What planning stands on. */
export interface PlanningInput {
  readonly store: Store;
  readonly contracting: Contracting;
  readonly clock: Clock;
  readonly log: Logger;
  readonly dataFolder: string;
  /** After how long another hub may take a plan over, ms. */
  readonly leaseMs: number;
  /** Most open plans of one principal. */
  readonly openPlans: number;
  readonly limits: PlanLimits;
}

interface Live {
  kept: KeptPlan;
  /** Events are taken one after another. */
  queue: Promise<unknown>;
  timer: NodeJS.Timeout | undefined;
  /** What calls off each task under way. */
  readonly works: Map<string, AbortController>;
  /** Aborted when another hub has the plan. */
  readonly lost: AbortController;
  changed: PromiseWithResolvers<void>;
}

const beatsPerLease = 6;
const longestTimerMs = 2 ** 31 - 1;
const lookMs = 500;

/** Drives plans. */
export class Planning implements AsyncDisposable {
  readonly records: PlanRecords;
  readonly #input: PlanningInput;
  readonly #hub: string;
  readonly #driver: string;
  readonly #live = new Map<string, Live>();
  readonly #works = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #beat: NodeJS.Timeout | undefined;
  #claims = false;

  constructor(input: PlanningInput) {
    this.#input = input;
    this.#hub = hubIdOf(input.dataFolder, input.clock);
    // Of two processes on one data folder (a command beside a hub that starts) only one drives a plan.
    this.#driver = newId(`${this.#hub}:drv`, input.clock.now());
    this.records = new PlanRecords(input.store, input.clock);
  }

  /** What plans may have here. */
  get limits(): PlanLimits {
    return this.#input.limits;
  }

  /** Takes up the plans of this hub that a stop cut off, and from then on those of hubs that are gone; gives how many there were. */
  async recover(): Promise<number> {
    this.#claims = true;
    this.#startBeating();
    return this.#claim(`${this.#hub}:`);
  }

  /** Begins a plan and gives its id; the earlier one's, when `callerId` came with the same plan before. Throws PLANS_TOO_MANY, PLAN_ID_USED. */
  async start(openedBy: string, document: PlanDocument, callerId?: string): Promise<string> {
    const [session, effects] = openPlan(document);
    const createdAt = document.startAt;
    const id = newId("plan", createdAt);
    const none = { closedAt: undefined, cancelReason: undefined };
    const kept: KeptPlan = { id, openedBy, callerId, session, pausedMs: 0, driver: this.#driver, createdAt, ...none };
    const earlier = await this.records.begin(kept, openingNews(id, openedBy, session, effects), this.#input.openPlans);
    if (earlier === undefined) {
      this.#take(kept, effects);
      return id;
    }
    const known = await this.read(earlier);
    if (sameAsked(known.session.document) === sameAsked(document)) return earlier;
    throw negotiationErrors.PLAN_ID_USED({ id: callerId ?? "", plan: earlier });
  }

  /** A plan as it stands. Throws NOT_FOUND. */
  async read(id: string): Promise<KeptPlan> {
    const kept = this.#live.get(id)?.kept ?? (await this.records.load(id));
    if (!kept) throw baseErrors.NOT_FOUND({ what: "plan", id });
    return kept;
  }

  /** Ends a plan: nothing begins any more, and what is under way is called off. A plan that another hub drives hears of it within a sixth of its lease. */
  async cancel(id: string, reason: string): Promise<void> {
    const live = this.#live.get(id);
    if (live) await this.#apply(live, { event: { type: "cancel", reason } });
    else await this.records.askToCancel(id, reason);
  }

  /** Resolves when a plan has more than `seq` events or is over, or rejects when the signal is aborted. Throws NOT_FOUND. */
  async changed(id: string, seq: number, signal: AbortSignal): Promise<KeptPlan> {
    for (;;) {
      const live = this.#live.get(id);
      const heard = live?.changed.promise;
      const length = live
        ? { seq: live.kept.session.entries.length, open: !plan.result(live.kept.session.state) }
        : await this.records.length(id);
      if (!length || length.seq > seq || !length.open) return this.read(id);
      await heardOrLook(heard, lookMs, signal);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#beat);
    this.#stopping.abort(new Error("the hub stops"));
    for (const live of this.#live.values()) clearTimeout(live.timer);
    await Promise.all(this.#works);
    await Promise.all([...this.#live.values()].map(({ queue }) => queue));
  }

  #startBeating(): void {
    const { leaseMs, log } = this.#input;
    const beat = async (): Promise<void> => {
      const own = await this.records.touch([...this.#live.keys()], this.#driver);
      for (const [id, live] of this.#live) {
        if (!own.has(id) && !plan.result(live.kept.session.state)) this.#letGo(live);
        const reason = own.get(id);
        if (reason !== undefined) await this.#apply(live, { event: { type: "cancel", reason } });
      }
      if (this.#claims) await this.#claim();
    };
    this.#beat ??= setInterval(() => {
      beat().catch((error: unknown) => log.error({ err: error }, "the sign of life of plans could not be kept"));
    }, leaseMs / beatsPerLease).unref();
  }

  async #claim(own?: string): Promise<number> {
    const { clock, leaseMs, log } = this.#input;
    const ids = await this.records.claim(this.#driver, clock.now() - leaseMs, new Set(this.#live.keys()), own);
    for (const id of ids) {
      const kept = await this.records.load(id).catch((error: unknown) => {
        log.error({ err: error, plan: id }, "a plan could not be read back");
        return undefined;
      });
      if (kept?.driver !== this.#driver || this.#live.has(id)) continue;
      const live = this.#take(kept, planUnderWay(kept.session.state));
      const { cancelReason: reason } = kept;
      // What fell due meanwhile; a plan that was just opened has announced nothing yet.
      void this.#apply(live, { event: reason === undefined ? { type: "timer" } : { type: "cancel", reason } });
    }
    return ids.length;
  }

  #take(kept: KeptPlan, effects: readonly PlanEffect[]): Live {
    const live: Live = {
      kept,
      queue: Promise.resolve(),
      timer: undefined,
      works: new Map(),
      lost: new AbortController(),
      changed: Promise.withResolvers(),
    };
    this.#live.set(kept.id, live);
    this.#startBeating();
    this.#carryOut(live, effects);
    this.#arm(live);
    return live;
  }

  // Another hub drives it, or it cannot be kept here: then whoever has the lease next takes it up from the store.
  #letGo(live: Live): void {
    if (this.#live.get(live.kept.id) === live) this.#live.delete(live.kept.id);
    clearTimeout(live.timer);
    live.lost.abort(new Error("another hub drives the plan"));
    live.changed.resolve();
  }

  #carryOut(live: Live, effects: readonly PlanEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "stop") live.works.get(effect.task)?.abort(new Error(effect.reason));
      else this.#begin(live, effect);
    }
  }

  #begin(live: Live, announcement: Extract<PlanEffect, { readonly type: "announce" }>): void {
    const { contracting, log } = this.#input;
    const { kept, lost } = live;
    const calledOff = new AbortController();
    live.works.set(announcement.task, calledOff);
    const signal = AbortSignal.any([this.#stopping.signal, lost.signal]);
    const contract = { contracting, records: this.records, kept, announcement, calledOff: calledOff.signal };
    const work = contractTask(contract, signal)
      .then(async (happened) => {
        if (live.works.get(announcement.task) === calledOff) live.works.delete(announcement.task);
        if (happened) await this.#apply(live, happened);
      })
      .catch((error: unknown) => {
        if (signal.aborted) return;
        log.error(
          { err: asEntenteError(error), plan: kept.id, task: announcement.task },
          "a task of a plan could not be carried on",
        );
        this.#letGo(live);
      })
      .finally(() => this.#works.delete(work));
    this.#works.add(work);
  }

  // Sets the clock for what is due next.
  #arm(live: Live): void {
    clearTimeout(live.timer);
    const due = plan.nextTimer(live.kept.session.state);
    if (due === undefined || this.#stopping.signal.aborted) return;
    const left = Math.min(longestTimerMs, Math.max(0, due - this.#planNow(live)));
    live.timer = setTimeout(() => void this.#apply(live, { event: { type: "timer" } }), left);
  }

  #apply(live: Live, happened: PlanHappened): Promise<void> {
    const applied = live.queue
      .then(() => this.#applied(live, happened))
      .catch((error: unknown) => {
        this.#input.log.error({ err: asEntenteError(error), plan: live.kept.id }, "a plan could not be carried on here");
        this.#letGo(live);
      });
    live.queue = applied;
    return applied;
  }

  async #applied(live: Live, happened: PlanHappened): Promise<void> {
    const { kept } = live;
    if (live.lost.signal.aborted) return;
    const advance = advancePlan(kept.session, happened, this.#planNow(live));
    if (!advance) return this.#arm(live);
    const { session, entry, effects } = advance;
    const news = planNews(kept.id, kept.openedBy, session, happened, effects);
    if (!(await this.records.keep(kept, session, entry, news))) return this.#letGo(live);
    live.kept = { ...kept, session };
    this.#carryOut(live, effects);
    this.#arm(live);
    if (plan.result(session.state)) {
      live.kept = { ...live.kept, closedAt: this.#input.clock.now() };
      this.#live.delete(kept.id);
    }
    live.changed.resolve();
    live.changed = Promise.withResolvers();
  }

  #planNow({ kept }: Live): number {
    return Math.floor(this.#input.clock.now()) - kept.pausedMs;
  }
}

// The same plan asked for at another time: all but when it began.
function sameAsked({ startAt, endAt, ...document }: PlanDocument): string {
  return canonicalJson({ ...document, lasts: endAt === undefined ? null : endAt - startAt });
}
