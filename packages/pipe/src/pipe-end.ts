/**
 * Pipes that travel. A `PipeEnd` is one end of a pipe that nobody speaks on yet: bind it here, or put it into a body and whoever gets the
 * body binds it there, or sends it on in turn, whichever binding it came over. What the other end has sent meanwhile goes along (at most the first allowance: nobody has greeted it).
 */
import { bridge } from "./bridge.ts";
import { Endpoint, type EndpointOptions } from "./endpoint.ts";
import { PipeError } from "./errors.ts";
import { firstAllowance } from "./limits.ts";
import type { Port } from "./port.ts";

/** A port that knows a shorter way than a bridge to move its end elsewhere while nobody has started it. */
export interface MovablePort extends Port {
  /** From now on the other end speaks with whoever is behind `target`. What it sent already is sent on. */
  moveTo(target: Port): void;
}

/** One end of a pipe before it is bound; it can be bound or sent, once. */
export class PipeEnd {
  #port: Port | undefined;
  #taken = "";

  /** Bindings make these. */
  constructor(port: Port) {
    this.#port = port;
    PipeEnd.#any = true;
  }

  static #any = false;

  /** Whether there has ever been one in this thread: bodies are looked through only then. */
  static get any(): boolean {
    return PipeEnd.#any;
  }

  /** Whether it was bound or sent already. */
  get taken(): boolean {
    return this.#port === undefined;
  }

  /** Begins to speak on it. Throws `PIPE_TAKEN`. */
  bind(options?: EndpointOptions): Endpoint {
    return new Endpoint(this.take("was bound"), options);
  }

  /** Gives up the end unused: the other end hears that it is gone. */
  drop(): void {
    // The least there is, since its greeting must not invite what nobody will read.
    if (!this.taken) this.bind({ limits: firstAllowance }).close("the end was not wanted");
  }

  /** Takes the port out; `how` tells a second taker what has happened. Throws `PIPE_TAKEN`. */
  take(how: string): Port {
    const port = this.#port;
    if (port === undefined) throw new PipeError("PIPE_TAKEN", { reason: this.#taken });
    this.#port = undefined;
    this.#taken = how;
    return port;
  }
}

/** Moves an end that nobody has started: the other end speaks from now on with whoever is behind `target`. */
export function movePort(port: Port, target: Port): void {
  if (isMovable(port)) port.moveTo(target);
  else bridge(port, target);
}

function isMovable(port: Port): port is MovablePort {
  return "moveTo" in port;
}
