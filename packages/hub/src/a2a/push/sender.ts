/**
 * Sends push notifications out of the store's outbox. A notification stays there until its receiver has answered 2xx, so a
 * hub that is killed sends it again: at least once, and those of one configuration in order, since each waits for the one
 * before. Failures are tried again after a time that doubles, with jitter, for a day; then the configuration is given up.
 *
 * Who may send is dealt out between the owners of the tasks (sharing.ts), so that slow receivers of some hold up nobody
 * else. The sender looks again when something was added, when one is no longer on its way, and when the next of an owner
 * that has room falls due; an owner without room waits for one of its own to come back, and wakes nobody until then.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { PushLanesTable } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import type { KeptConfig } from "./desk.ts";
import { laneKey, Outbox, type OwnerWaiting, removeConfig } from "./outbox.ts";
import type { Posted } from "./posting.ts";
import { type Claim, dealt, type Room } from "./sharing.ts";

/** What the sender stands on. */
export interface PushSenderInput {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Posts a notification; gives the status of the answer. */
  readonly post: (posted: Posted, config: KeptConfig, signal: AbortSignal) => Promise<number>;
  readonly room?: Room;
}

// A notification on its way is one waiting request. An owner alone is to be quick, and eight slow ones are to leave room.
const usualRoom: Room = { ofAll: 256, ofEach: 32 };
const firstDelayMs = 1000;
const longestDelayMs = 15 * 60_000;
const lifeMs = 24 * 3_600_000;
const longestSleepMs = 60_000;
const troubledMs = 1000;
const gone = 410;

/** How long to wait after the `attempts`-th failure: doubling from a second to a quarter of an hour, half of it by chance. */
export function retryDelayMs(attempts: number, chance: number): number {
  const full = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempts - 1, 20));
  return Math.round(full / 2 + (full / 2) * chance);
}

/** The sender of one hub. */
export class PushSender implements AsyncDisposable {
  readonly #input: PushSenderInput;
  readonly #outbox: Outbox;
  readonly #room: Room;
  readonly #stopping = new AbortController();
  readonly #sending = new Map<string, Promise<void>>();
  readonly #onTheWay = new Map<string, number>();
  #wake = (): void => {};
  #woken = false;
  #running: Promise<void> | undefined;

  constructor(input: PushSenderInput) {
    this.#input = input;
    this.#outbox = new Outbox(input.store);
    this.#room = input.room ?? usualRoom;
  }

  /** Begins to send what is in the outbox. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Something was put into the outbox. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error("the hub is shutting down"));
    this.wake();
    await this.#running;
    await Promise.all(this.#sending.values());
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#woken = false;
      let sleepMs = longestSleepMs;
      try {
        if (this.#sending.size < this.#room.ofAll) sleepMs = await this.#beginDue();
      } catch (error) {
        this.#input.log.error({ err: error }, "the outbox of push notifications could not be read");
        sleepMs = troubledMs;
      }
      if (this.#woken || signal.aborted) continue;
      await this.#sleep(sleepMs);
    }
  }

  // Begins what is due and has room; returns after how long there may be more, ms, if nothing happens before.
  async #beginDue(): Promise<number> {
    // One time for all questions, or what falls due between them would be seen by none.
    const now = this.#input.clock.now();
    const owners = await this.#outbox.owners(now);
    for (const lane of dealt(await this.#claims(owners, now), this.#free, this.#room.ofEach)) this.#begin(lane);
    const next = owners
      .filter(({ owner }) => this.#held(owner) < this.#room.ofEach)
      .map(({ nextDueAt }) => nextDueAt ?? Infinity);
    return Math.max(1, Math.min(longestSleepMs, Math.min(...next) - this.#input.clock.now()));
  }

  // What owners could send, those with least on the way first. The first of as many as there is room for take all of it.
  async #claims(owners: readonly OwnerWaiting[], now: number): Promise<readonly Claim<PushLanesTable>[]> {
    const { ofEach } = this.#room;
    const ready = owners.filter(({ owner, firstDueAt }) => firstDueAt <= now && this.#held(owner) < ofEach);
    ready.sort((a, b) => this.#held(a.owner) - this.#held(b.owner) || a.firstDueAt - b.firstDueAt);
    const claims: Claim<PushLanesTable>[] = [];
    for (const { owner } of ready) {
      if (claims.length >= this.#free) break;
      // What is on its way is still due, and what comes back during the question is asked for again.
      const away = new Set(this.#sending.keys());
      const due = await this.#outbox.due(owner, now, ofEach);
      const lanes = due.filter((lane) => !away.has(laneKey(lane)));
      if (lanes.length > 0) claims.push({ onTheWay: this.#held(owner), lanes });
    }
    return claims;
  }

  get #free(): number {
    return this.#room.ofAll - this.#sending.size;
  }

  #held(owner: string): number {
    return this.#onTheWay.get(owner) ?? 0;
  }

  #begin(lane: PushLanesTable): void {
    const { owner } = lane;
    const key = laneKey(lane);
    this.#onTheWay.set(owner, this.#held(owner) + 1);
    const sending = this.#send(lane)
      .catch((error) => this.#rest(lane, error))
      .finally(() => {
        this.#sending.delete(key);
        const left = this.#held(owner) - 1;
        if (left > 0) this.#onTheWay.set(owner, left);
        else this.#onTheWay.delete(owner);
        this.wake();
      });
    this.#sending.set(key, sending);
  }

  // The store does not keep what became of it (a full disk): it will go once more, and must not go over and over.
  async #rest({ task_id: task }: PushLanesTable, error: unknown): Promise<void> {
    this.#input.log.error({ err: error, task }, "a push notification could not be recorded");
    await pause(troubledMs, undefined, { signal: this.#stopping.signal }).catch(() => {
      // The hub is shutting down.
    });
  }

  async #send(lane: PushLanesTable): Promise<void> {
    const { clock, metrics, log, store, post } = this.#input;
    const { task_id: task, config_id } = lane;
    const first = await this.#outbox.first(lane);
    if (!first) return this.#outbox.arrived(lane, undefined, clock.now());
    const { id, agent, body_json: body, created_at, config_json } = first;
    if (config_json === null) return store.transaction((trx) => removeConfig(trx, lane));
    const config: KeptConfig = JSON.parse(config_json);
    const answered = await post({ id, agent, task, body }, config, this.#stopping.signal).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    if (typeof answered === "string" && this.#stopping.signal.aborted) return;
    const arrived = typeof answered === "number" && answered >= 200 && answered < 300;
    metrics.pushNotifications.inc({ outcome: arrived ? "delivered" : typeof answered === "number" ? "refused" : "failed" });
    if (arrived) return this.#outbox.arrived(lane, id, clock.now());
    const problem = typeof answered === "number" ? `its receiver answered ${answered}` : answered;
    const over = answered === gone || clock.now() - created_at > lifeMs;
    const attempts = lane.attempts + 1;
    log.warn({ task, config: config_id, attempts, problem }, "a push notification did not arrive");
    if (over) return this.#giveUp(lane, agent, problem);
    await this.#outbox.failed(lane, attempts, clock.now() + retryDelayMs(attempts, Math.random()));
  }

  // Nobody is there any more: the configuration goes with all that waits for it, and the log says so.
  async #giveUp(lane: PushLanesTable, agent: string, problem: string): Promise<void> {
    const { store } = this.#input;
    await store.transaction(async (trx) => {
      await removeConfig(trx, lane);
      const data = { config: lane.config_id, problem };
      await store.events.append(trx, [{ kind: "push.given-up", actor: agent, subject: lane.task_id, data }]);
    });
  }

  async #sleep(delayMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, delayMs);
    if (this.#woken) resolve();
    await promise;
    clearTimeout(timer);
    this.#wake = () => {};
  }
}
