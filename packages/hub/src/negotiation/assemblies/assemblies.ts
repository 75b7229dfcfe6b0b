/**
 * Votes and auctions: durable sessions of many parties. The library's protocols decide (session.ts), the guard refuses (guard.ts), the
 * store keeps (records.ts); this file is their clock. When a clock next does something stands in the store: the hub where the last act
 * came in has a timer for it, and every hub looks now and then for what is due, so that a deadline that passed while no hub was there is
 * met as soon as one is. Which of several hubs closes does not matter: the store takes one close.
 */
import { randomBytes } from "node:crypto";
import { hubIdOf } from "../../a2a/engine/lease.ts";
import type { Registry } from "../../a2a/registry.ts";
import type { Clock } from "../../base/clock.ts";
import { baseErrors } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import { Listeners } from "../../base/listeners.ts";
import type { Logger } from "../../base/logger.ts";
import type { PartyKey } from "../../security/keys.ts";
import type { Store } from "../../store/store.ts";
import { signForAll } from "../bargains/agreement.ts";
import type { Writer } from "../bargains/mandate.ts";
import type { PromiseMade } from "../bargains/promises.ts";
import type { BargainRecords } from "../bargains/records.ts";
import { negotiationErrors } from "../errors.ts";
import { checkParticipants } from "../participants.ts";
import type { Watch } from "../watch.ts";
import { awardDocuments } from "./award.ts";
import { guardedBid, guardedOpening, hushed } from "./guard.ts";
import { assemblyNews } from "./news.ts";
import { AssemblyRecords, type AssemblyRow } from "./records.ts";
import { type AssemblyEvent, type AssemblySession, advanceAssembly, dueAt, openAssembly, resumedAssembly } from "./session.ts";
import type { AssemblyTerms } from "./terms.ts";

/** What votes and auctions stand on. */
export interface AssembliesInput {
  readonly store: Store;
  readonly registry: Pick<Registry, "has">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly dataFolder: string;
  readonly watch: Watch;
  /** Mandates, and what parties have promised of budgets. */
  readonly mandates: BargainRecords;
  /** The key that a party signs with. */
  readonly keyOf: (party: string) => Promise<PartyKey>;
  /** Most open ones that one principal may have opened. */
  readonly openAssemblies: number;
  /** How often to look for what is due and nobody here has a timer for, ms. */
  readonly sweepMs: number;
}

/** A session with its row. */
export interface KeptAssembly extends AssemblyRow {
  readonly session: AssemblySession;
}

interface Known {
  session: AssemblySession;
  timer: NodeJS.Timeout | undefined;
}

const longestTimerMs = 2 ** 31 - 1;
const dueAtOnce = 100;
// Of sessions beyond this the state is read from the store again.
const mostKnown = 1000;
const saltBytes = 16;
// Whoever outbids itself through others by the least raise for ever would fill the store.
const mostEvents = 100_000;

/** See the head of this file. */
export class Assemblies implements AsyncDisposable {
  readonly records: AssemblyRecords;
  readonly #input: AssembliesInput;
  readonly #hub: string;
  readonly #opened: Listeners<string>;
  // The most lately used last.
  readonly #known = new Map<string, Known>();
  // The end of what is being done in each.
  readonly #queues = new Map<string, Promise<void>>();
  readonly #firing = new Set<Promise<unknown>>();
  #sweeping: Promise<void> | undefined;
  #sweep: NodeJS.Timeout | undefined;
  readonly #stopping = new AbortController();

  constructor(input: AssembliesInput) {
    this.#input = input;
    this.#hub = hubIdOf(input.dataFolder, input.clock);
    this.records = new AssemblyRecords(input.store, input.clock);
    this.#opened = new Listeners((error) => input.log.error({ err: error }, "a listener to votes and auctions failed"));
  }

  /** Calls `listener` with the id of each that is opened here; returns how to stop. */
  onOpen(listener: (id: string) => void): () => void {
    return this.#opened.add(listener);
  }

  /** Closes what fell due while no hub was there, and from then on looks for what is due. */
  async recover(): Promise<void> {
    await this.#closeDue();
    this.#sweep ??= setInterval(() => {
      this.#sweeping ??= this.#closeDue()
        .catch((error: unknown) => this.#input.log.error({ err: error }, "what is due of votes and auctions could not be done"))
        .finally(() => {
          this.#sweeping = undefined;
        });
    }, this.#input.sweepMs).unref();
  }

  /** Opens one and gives its id. Throws TERMS_INVALID, PARTIES_INVALID, ASSEMBLIES_TOO_MANY, MANDATE_EXCEEDED. */
  async open(terms: AssemblyTerms, writer: Writer): Promise<string> {
    const { clock, registry, openAssemblies, mandates } = this.#input;
    const { subject, openedBy, kind } = terms;
    const parties = terms.terms.participants;
    checkParticipants(kind === "vote" ? "voters" : "bidders", parties, registry);
    if (kind !== "vote" && parties.includes(openedBy))
      throw negotiationErrors.PARTIES_INVALID({ field: "bidders", wanted: "others than the one who opens it", got: openedBy });
    const session = openAssembly(terms);
    const now = clock.now();
    const id = newId(kind === "vote" ? "vot" : "auc", now);
    const binder = { id, party: openedBy, writer, now };
    const promises = terms.kind === "vote" ? [] : await guardedOpening(mandates, binder, terms);
    const data = { about: subject, kind, parties };
    const news = [{ kind: kind === "vote" ? "vote.opened" : "auction.opened", actor: openedBy, subject: id, data }];
    await this.records.begin(id, session, { hub: this.#hub, limit: openAssemblies, promises, news });
    this.#keep(id, session);
    this.#opened.tell(id);
    return id;
  }

  /** One as it stands. Throws NOT_FOUND. */
  async read(id: string): Promise<KeptAssembly> {
    const row = await this.records.find(id);
    if (!row) throw baseErrors.NOT_FOUND({ what: "vote or auction", id });
    return { ...row, session: await this.#current(row) };
  }

  /** Waits until one has gone past an event, or for `waitMs`. Throws NOT_FOUND, WATCHERS_TOO_MANY. */
  until(
    id: string,
    wait: { readonly waitMs: number; readonly signal: AbortSignal },
    done: (kept: KeptAssembly) => boolean,
  ): Promise<KeptAssembly> {
    return this.#input.watch.until(id, wait, () => this.read(id), done);
  }

  /**
   * Takes an event: what had fallen due first, then this. A party's event names the party as `from`. Gives the salt of what is sealed.
   * Throws NOT_FOUND, ACT_REFUSED, MANDATE_EXCEEDED.
   */
  act(id: string, event: AssemblyEvent, writer: Writer): Promise<{ readonly salt: string }> {
    // One after another here: of a crowd that acts at once each would find the others' acts before its own, again and again.
    const acted = (this.#queues.get(id) ?? Promise.resolve()).then(() => this.#act(id, event, writer));
    const settled = acted.then(
      () => {},
      () => {}, // Whoever asked hears of it.
    );
    this.#queues.set(id, settled);
    void settled.then(() => {
      if (this.#queues.get(id) === settled) this.#queues.delete(id);
    });
    return acted;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#sweep);
    this.#stopping.abort(new Error("the hub stops"));
    for (const { timer } of this.#known.values()) clearTimeout(timer);
    await this.#sweeping;
    await Promise.allSettled([...this.#firing]);
  }

  async #act(id: string, event: AssemblyEvent, writer: Writer): Promise<{ readonly salt: string }> {
    const salt = randomBytes(saltBytes).toString("hex");
    for (;;) {
      const kept = await this.read(id);
      const { session } = kept;
      const now = Math.floor(this.#input.clock.now());
      const due = dueAt(session);
      const late = due !== undefined && due <= now;
      if (event.type === "timer" && !late) {
        this.#keep(id, session);
        return { salt };
      }
      if (await this.#step(kept, late ? { type: "timer" } : event, now, writer, salt)) {
        if (!late || event.type === "timer") return { salt };
      }
    }
  }

  // Whether the event was kept; false when it has gone on elsewhere meanwhile.
  async #step({ id, session }: KeptAssembly, event: AssemblyEvent, now: number, writer: Writer, salt: string): Promise<boolean> {
    const advance = advanceAssembly(session, event, now, salt);
    const party = "from" in event ? event.from : session.terms.openedBy;
    if ("refused" in advance) {
      const { refused, next } = advance;
      const left =
        next === undefined
          ? `it ${session.result ? `ended with ${session.result.outcome}` : "is open"}`
          : `the next bid is ${next}`;
      throw negotiationErrors.ACT_REFUSED({ negotiation: id, party, reason: refused, turn: left });
    }
    if (session.result)
      throw negotiationErrors.ACT_REFUSED({
        negotiation: id,
        party,
        reason: "late",
        turn: `it ended with ${session.result.outcome}`,
      });
    const { session: next, entry } = advance;
    if (session.seq >= mostEvents && event.type === "bid")
      throw negotiationErrors.ACT_REFUSED({ negotiation: id, party, reason: "full", turn: `it has ${mostEvents} events` });
    const binder = { id, party, writer, now: this.#input.clock.now() };
    const promises: readonly PromiseMade[] = await guardedBid(this.#input.mandates, binder, session, event);
    const documents = next.result ? awardDocuments(id, next, this.#input.clock.now()) : [];
    const agreements = await Promise.all(
      documents.map(async (document) => ({ document, signatures: await signForAll(document, this.#input.keyOf) })),
    );
    const news = assemblyNews(id, next, entry);
    const keeping = { id, next, entry, promises, agreements, news };
    const kept = await this.records.keep(keeping).catch((thrown: unknown) => {
      throw hushed(thrown, party);
    });
    if (kept) this.#keep(id, next);
    else this.#known.delete(id);
    return kept;
  }

  // The state that this hub knows, gone on with by what others have kept since.
  async #current({ id, terms, seq }: AssemblyRow): Promise<AssemblySession> {
    const known = this.#known.get(id)?.session;
    if (known && known.seq >= seq) return known;
    const from = known ?? openAssembly(terms);
    const session = resumedAssembly(from, await this.records.entries(id, from.seq));
    this.#keep(id, session);
    return session;
  }

  #keep(id: string, session: AssemblySession): void {
    const known = this.#known.get(id);
    // A slow reader does not take back what was kept meanwhile.
    if (known && known.session.seq > session.seq) return;
    clearTimeout(known?.timer);
    this.#known.delete(id);
    const due = dueAt(session);
    const stopped = this.#stopping.signal.aborted;
    const timer = due === undefined || stopped ? undefined : this.#timerFor(id, due);
    this.#known.set(id, { session, timer });
    const [oldest] = this.#known;
    if (this.#known.size > mostKnown && oldest) {
      clearTimeout(oldest[1].timer);
      this.#known.delete(oldest[0]);
    }
  }

  #timerFor(id: string, due: number): NodeJS.Timeout {
    const left = Math.max(0, Math.ceil(due - this.#input.clock.now()));
    return setTimeout(() => this.#fire(id), Math.min(left, longestTimerMs)).unref();
  }

  #fire(id: string): void {
    const fired = this.act(id, { type: "timer" }, "operator")
      .catch((error: unknown) => this.#input.log.error({ err: error, assembly: id }, "a vote or an auction could not be closed"))
      .finally(() => this.#firing.delete(fired));
    this.#firing.add(fired);
  }

  async #closeDue(): Promise<void> {
    for (;;) {
      const ids = await this.records.due(this.#input.clock.now(), dueAtOnce);
      let done = 0;
      for (const id of ids) {
        if (this.#stopping.signal.aborted) return;
        try {
          await this.act(id, { type: "timer" }, "operator");
          done += 1;
        } catch (error) {
          // One that cannot be closed holds up no other.
          this.#input.log.error({ err: error, assembly: id }, "a vote or an auction could not be closed");
        }
      }
      if (ids.length < dueAtOnce || done === 0) return;
    }
  }
}
