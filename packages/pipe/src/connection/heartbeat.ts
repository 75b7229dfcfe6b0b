/**
 * Whether the other end lives, from nothing but what it sends. Any byte is a sign of life; a peer that was silent for one interval is asked
 * for one, and its dispatcher answers, so that a process whose event loop stands still counts as dead although its kernel still acknowledges.
 * Counted in ticks of this side's own timer: when it is this side that stood still, one late tick says nothing against the peer.
 */
import type { Clock } from "../clock.ts";

// Pings that may go unanswered.
const patience = 3;

/** What a heartbeat needs to know and do. */
export interface HeartbeatHooks {
  /** Whether anything came since this was last asked. */
  heard(): boolean;
  /** Asks for a sign of life; `lagMs` is how late this side's own timer is. */
  ping(lagMs: number): void;
  lost(reason: string): void;
}

/** The heartbeat of one link; runs until stopped. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #hooks: HeartbeatHooks;
  #disarm: (() => void) | undefined;
  #silent = 0;
  #due = 0;
  /** How late the last tick was: how long this side's event loop was busy. */
  lagMs = 0;

  constructor(clock: Clock, everyMs: number, hooks: HeartbeatHooks) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#hooks = hooks;
    if (everyMs > 0) this.#arm();
  }

  /** Stops it for good. */
  stop(): void {
    this.#disarm?.();
    this.#disarm = undefined;
  }

  #arm(): void {
    this.#due = this.#clock.now() + this.#everyMs;
    this.#disarm = this.#clock.after(this.#everyMs, () => this.#tick());
  }

  #tick(): void {
    this.lagMs = Math.max(0, Math.round(this.#clock.now() - this.#due));
    this.#silent = this.#hooks.heard() ? 0 : this.#silent + 1;
    if (this.#silent > patience) {
      this.#hooks.lost(`no sign of life for ${this.#silent * this.#everyMs} ms`);
      return;
    }
    this.#arm();
    if (this.#silent > 0) this.#hooks.ping(this.lagMs);
  }
}
