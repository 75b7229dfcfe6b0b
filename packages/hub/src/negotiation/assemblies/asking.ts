/**
 * The parties of votes and auctions that are agents, asked over A2A messages where their card says that they take part. One hub asks: the one
 * where the session was opened, or one that took it over when that hub showed no sign of life. That two ask for a while does no harm: of
 * two answers the first counts. An answer that does not count is told what was wrong with it, a few times; an agent that cannot be reached
 * is asked again until its answer would be late. Whoever does not answer may still act by tools.
 */
import { negotiationExtension, takesPartIn } from "../../a2a/cards.ts";
import { hubIdOf } from "../../a2a/engine/lease.ts";
import type { Registry } from "../../a2a/registry.ts";
import type { Clock } from "../../base/clock.ts";
import { asEntenteError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import { aborted, orAborted } from "../or-aborted.ts";
import type { Watch } from "../watch.ts";
import type { Assemblies } from "./assemblies.ts";
import { answerIn, endedParts, type Problem, type Question, questionTo } from "./calls.ts";

/** What asking stands on. */
export interface AskingInput {
  readonly assemblies: Assemblies;
  readonly registry: Registry;
  readonly watch: Watch;
  readonly clock: Clock;
  readonly log: Logger;
  readonly dataFolder: string;
  /** After how long without a sign of life another hub asks in place of one, ms. */
  readonly leaseMs: number;
}

const beatsPerLease = 6;
const mostAnswers = 3;
const firstPauseMs = 200;
const longestTimerMs = 2 ** 31 - 1;

/** See the head of this file. */
export class Asking implements AsyncDisposable {
  readonly #input: AskingInput;
  readonly #hub: string;
  readonly #stopping = new AbortController();
  readonly #asked = new Map<string, Promise<unknown>>();
  // Loops that wait for a session to go on.
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #stops: readonly (() => void)[];
  #beat: NodeJS.Timeout | undefined;

  constructor(input: AskingInput) {
    this.#input = input;
    this.#hub = hubIdOf(input.dataFolder, input.clock);
    this.#stops = [
      input.assemblies.onOpen((id) => this.#ask(id)),
      input.watch.onChange((id) => {
        for (const wake of this.#waiting.get(id) ?? []) wake();
      }),
    ];
  }

  /** Goes on asking where a stop of this hub cut it off, and from then on where another hub is gone. */
  async recover(): Promise<void> {
    const { leaseMs, log } = this.#input;
    await this.#claim(true);
    const beat = async (): Promise<void> => {
      await this.#input.assemblies.records.touch(this.#hub);
      await this.#claim(false);
    };
    this.#beat ??= setInterval(() => {
      beat().catch((error: unknown) => log.error({ err: error }, "the sign of life of votes and auctions could not be kept"));
    }, leaseMs / beatsPerLease).unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#beat);
    for (const stop of this.#stops) stop();
    this.#stopping.abort(new Error("the hub stops"));
    for (const waiting of this.#waiting.values()) for (const wake of waiting) wake();
    await Promise.all(this.#asked.values());
  }

  async #claim(own: boolean): Promise<void> {
    const { assemblies, clock, leaseMs } = this.#input;
    for (const id of await assemblies.records.claim(this.#hub, clock.now() - leaseMs, own)) this.#ask(id);
  }

  #ask(id: string): void {
    if (this.#asked.has(id) || this.#stopping.signal.aborted) return;
    const asked = this.#askAll(id)
      .catch((error: unknown) =>
        this.#input.log.error({ err: error, assembly: id }, "the agents of a vote or an auction could not be asked"),
      )
      .finally(() => this.#asked.delete(id));
    this.#asked.set(id, asked);
  }

  async #askAll(id: string): Promise<void> {
    const { assemblies, registry } = this.#input;
    const { terms } = await assemblies.read(id);
    const protocol = terms.kind === "vote" ? "vote" : "auction";
    const agents = terms.terms.participants.filter(
      (name) => registry.has(name) && takesPartIn(registry.get(name).card, protocol),
    );
    await Promise.all(agents.map((name) => this.#askOne(id, name)));
  }

  // Asks whenever there is another question, until it is over, and tells how it ended.
  async #askOne(id: string, name: string): Promise<void> {
    const { assemblies } = this.#input;
    let last: string | undefined;
    while (!this.#stopping.signal.aborted) {
      // Waiting begins before reading, so that nothing falls between the two.
      using woken = this.#wait(id);
      const { session } = await assemblies.read(id);
      if (session.result) {
        this.#tellEnd(id, session, name);
        return;
      }
      const question = questionTo(id, session, name);
      if (question && question.key !== last) {
        last = question.key;
        await this.#askFor(id, name, question);
      } else await woken.promise;
    }
  }

  async #askFor(id: string, name: string, question: Question): Promise<void> {
    const { assemblies, registry, clock, log } = this.#input;
    const left = Math.min(longestTimerMs, Math.max(0, question.replyBy - clock.now()));
    const until = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(left)]);
    const kept = await assemblies.read(id);
    let problem: Problem | undefined;
    let bad = 0;
    for (let pauseMs = firstPauseMs; !until.aborted; ) {
      try {
        const options = { extensions: [negotiationExtension], contextId: id, signal: until };
        const reply = await orAborted(registry.send(name, question.parts(problem), kept.openedBy, options), until);
        const event = answerIn(reply.kind === "message" ? reply.parts : undefined, kept.terms, name);
        if (event) await assemblies.act(id, event, "agent");
        return;
      } catch (thrown) {
        if (until.aborted) return;
        const { code, message } = asEntenteError(thrown);
        if (code === "OFFER_INVALID" || code === "MANDATE_EXCEEDED" || code === "ACT_REFUSED") {
          const { session } = await assemblies.read(id);
          // What was answered to another question than that of now is nobody's mistake.
          if (questionTo(id, session, name)?.key !== question.key) return;
          problem = { code, message };
          bad += 1;
          if (bad < mostAnswers) continue;
          log.warn({ agent: name, assembly: id, code }, "an agent's answers do not count");
          return;
        }
        log.warn({ err: thrown, agent: name, assembly: id }, "an agent could not be asked");
        await aborted(AbortSignal.any([until, AbortSignal.timeout(pauseMs)]));
        pauseMs *= 2;
      }
    }
  }

  // A courtesy: whoever does not hear it finds the end in the status.
  #tellEnd(id: string, session: Parameters<typeof endedParts>[1], name: string): void {
    const { registry, log } = this.#input;
    const options = { extensions: [negotiationExtension], contextId: id };
    registry
      .send(name, endedParts(id, session, name), session.terms.openedBy, options)
      .catch((error: unknown) => log.warn({ err: error, agent: name, assembly: id }, "an agent was not told of an end"));
  }

  #wait(id: string): Disposable & { readonly promise: Promise<void> } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const others = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, others.add(resolve));
    return {
      promise,
      [Symbol.dispose]: () => {
        others.delete(resolve);
        if (others.size === 0 && this.#waiting.get(id) === others) this.#waiting.delete(id);
      },
    };
  }
}
