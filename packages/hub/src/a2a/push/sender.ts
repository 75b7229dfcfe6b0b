/**
 * Sends push notifications out of the store's outbox. A notification stays there until its receiver has answered 2xx, so a
 * hub that is killed sends it again: at least once, and those of one configuration in order, since each waits for the one
 * before. Failures are tried again after a time that doubles, with jitter, for a day; then the configuration is given up.
 */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { PartyKey } from "../../security/keys.ts";
import type { Outgoing } from "../../security/outgoing.ts";
import type { Store } from "../../store/store.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import { legacyNotification } from "../bindings/legacy.ts";
import type { Task } from "../protocol.ts";
import type { KeptConfig } from "./desk.ts";
import { signatureHeader, signNotification } from "./signature.ts";

/** What the sender stands on. */
export interface PushSenderInput {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly outgoing: Outgoing;
  readonly keyOf: (agent: string) => Promise<PartyKey>;
  readonly taskOf: (id: string) => Promise<Task | undefined>;
}

interface Due {
  readonly id: string;
  readonly agent: string;
  readonly task_id: string;
  readonly config_id: string;
  readonly body_json: string;
  readonly attempts: number;
  readonly created_at: number;
  readonly config_json: string | null;
}

const atOnce = 32;
const timeoutMs = 10_000;
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
  readonly #stopping = new AbortController();
  readonly #sending = new Map<string, Promise<void>>();
  #wake = (): void => {};
  #woken = false;
  #running: Promise<void> | undefined;

  constructor(input: PushSenderInput) {
    this.#input = input;
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
      let sleepMs = troubledMs;
      try {
        // One time for both questions, or what falls due between them would be seen by neither.
        const now = this.#input.clock.now();
        for (const one of await this.#due(now)) this.#begin(one);
        sleepMs = this.#sending.size >= atOnce ? longestSleepMs : await this.#nextMs(now);
      } catch (error) {
        this.#input.log.error({ err: error }, "the outbox of push notifications could not be read");
      }
      if (this.#woken || signal.aborted) continue;
      await this.#sleep(sleepMs);
    }
  }

  // The first of each configuration that is due and not on its way.
  async #due(now: number): Promise<readonly Due[]> {
    const rows = await this.#input.store.db
      .selectFrom("push_outbox as o")
      .leftJoin("push_configs as c", (join) => join.onRef("c.task_id", "=", "o.task_id").onRef("c.id", "=", "o.config_id"))
      .select(["o.id", "o.agent", "o.task_id", "o.config_id", "o.body_json", "o.attempts", "o.created_at", "c.config_json"])
      .where("o.due_at", "<=", now)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom("push_outbox as p")
              .select("p.id")
              .whereRef("p.task_id", "=", "o.task_id")
              .whereRef("p.config_id", "=", "o.config_id")
              .whereRef("p.seq", "<", "o.seq"),
          ),
        ),
      )
      .orderBy("o.due_at")
      .limit(atOnce * 2)
      .execute();
    return rows.filter((row) => !this.#sending.has(laneOf(row))).slice(0, Math.max(0, atOnce - this.#sending.size));
  }

  #begin(due: Due): void {
    const lane = laneOf(due);
    const sending = this.#send(due)
      .catch((error) => this.#input.log.error({ err: error, task: due.task_id }, "a push notification could not be recorded"))
      .finally(() => {
        this.#sending.delete(lane);
        this.wake();
      });
    this.#sending.set(lane, sending);
  }

  async #send(due: Due): Promise<void> {
    const { clock, metrics, log } = this.#input;
    if (due.config_json === null) return this.#remove(due);
    const config: KeptConfig = JSON.parse(due.config_json);
    let problem: string;
    let over = clock.now() - due.created_at > lifeMs;
    try {
      const status = await this.#post(due, config);
      metrics.pushNotifications.inc({ outcome: status >= 200 && status < 300 ? "delivered" : "refused" });
      if (status >= 200 && status < 300) return await this.#remove(due);
      problem = `its receiver answered ${status}`;
      over ||= status === gone;
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      metrics.pushNotifications.inc({ outcome: "failed" });
      problem = error instanceof Error ? error.message : String(error);
    }
    log.warn(
      { task: due.task_id, config: due.config_id, attempts: due.attempts + 1, problem },
      "a push notification did not arrive",
    );
    if (over) return this.#giveUp(due, problem);
    const attempts = due.attempts + 1;
    const dueAt = clock.now() + retryDelayMs(attempts, Math.random());
    await this.#input.store.db.updateTable("push_outbox").set({ attempts, due_at: dueAt }).where("id", "=", due.id).execute();
  }

  async #post({ id, agent, task_id, body_json }: Due, { url, token, authentication, version }: KeptConfig): Promise<number> {
    const { clock, outgoing, keyOf, taskOf } = this.#input;
    const old = version === "0.3";
    const body = old ? await legacyNotification(JSON.parse(body_json), await taskOf(task_id)) : body_json;
    const signature = await signNotification(body, { id, url, at: clock.now() }, await keyOf(agent));
    const { scheme, credentials } = authentication ?? {};
    const headers = {
      "content-type": old ? "application/json" : "application/a2a+json",
      "a2a-version": version ?? "1.0",
      "user-agent": "entente",
      "x-a2a-notification-id": id,
      [signatureHeader]: signature,
      ...(token ? { "x-a2a-notification-token": token } : {}),
      ...(scheme ? { authorization: credentials ? `${scheme} ${credentials}` : scheme } : {}),
    };
    return outgoing.post(url, { headers, body, timeoutMs, signal: this.#stopping.signal });
  }

  async #remove({ id }: Due): Promise<void> {
    await this.#input.store.db.deleteFrom("push_outbox").where("id", "=", id).execute();
  }

  // Nobody is there any more: the configuration goes with all that waits for it, and the log says so.
  async #giveUp({ agent, task_id: task, config_id: config }: Due, problem: string): Promise<void> {
    const { store } = this.#input;
    await store.transaction(async (trx) => {
      await trx.deleteFrom("push_configs").where("task_id", "=", task).where("id", "=", config).execute();
      await trx.deleteFrom("push_outbox").where("task_id", "=", task).where("config_id", "=", config).execute();
      await store.events.append(trx, [{ kind: "push.given-up", actor: agent, subject: task, data: { config, problem } }]);
    });
  }

  async #nextMs(now: number): Promise<number> {
    const { store, clock } = this.#input;
    const { due } = await store.db
      .selectFrom("push_outbox")
      .select((eb) => eb.fn.min("due_at").as("due"))
      .where("due_at", ">", now)
      .executeTakeFirstOrThrow();
    return due === null ? longestSleepMs : Math.min(longestSleepMs, Math.max(1, Number(due) - clock.now()));
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

function laneOf({ task_id: task, config_id: config }: Pick<Due, "task_id" | "config_id">): string {
  return `${task}/${config}`;
}
