/**
 * Three processes in one, deterministic: an agent, a hub and another agent, with real endpoints on real connections (greeting, frames on bytes,
 * heartbeats, resuming) over two ways for bytes that a seeded scheduler delivers in pieces, delays, stops, cuts, and spoils by dropping,
 * doubling or swapping what was written; with a clock that moves only when it is told. The agent calls the hub, and hands it ends of
 * pipes, which the hub sends on to the other agent. What must hold in every run is asserted here, for the pipe to the hub and for those:
 *
 * - every call ends exactly once: a reply that is its own, an error of the far side, or word that the peer is gone
 * - handlers see each input at most once and in the order of the calls; the items of a stream come in order and without a gap
 * - what is on its way stays within the allowance and one message more
 * - nothing is dispatched and nothing is answered after a pipe has ended
 * - when one end of a pipe that was sent on has ended, and everything heals, so does the other; an end that nobody took ends too
 */
import assert from "node:assert/strict";
import {
  defineInterface,
  type Endpoint,
  type PipeEnd,
  PipeError,
  pipeEnds,
  RemoteError,
  receive,
  remote,
  unchecked,
} from "../src/index.ts";
import { mulberry32 } from "./frame-fuzz.ts";
import { SimulatedWay } from "./simulated-way.ts";
import { ManualClock } from "./simulator.ts";

/** What a run came to. */
export interface SimulationOutcome {
  readonly calls: number;
  readonly replied: number;
  readonly gone: number;
  readonly resumed: number;
  /** Pipes that went on to the other agent and were bound there. */
  readonly sentOn: number;
  readonly spoilt: boolean;
}

const racing = defineInterface({
  name: "racing",
  version: 1,
  methods: {
    hold: {
      ordinal: 1,
      kind: "call",
      input: unchecked<{ id: number; fill: Uint8Array }>(),
      output: unchecked<{ id: number }>(),
    },
    count: {
      ordinal: 2,
      kind: "stream",
      input: unchecked<{ size: number }>(),
      output: unchecked<{ n: number; fill: Uint8Array }>(),
    },
    take: { ordinal: 3, kind: "call", input: unchecked<{ end: PipeEnd }>() },
  },
});

const limits = { messages: 16, bytes: 64 * 1024, calls: 12, waitingCalls: 30 };
const largest = 20_000;
const mostSentOn = 4;

/** Runs one seed; throws when something that must hold does not. */
export async function simulate(seed: number): Promise<SimulationOutcome> {
  const world = new World(seed);
  await world.open();
  const steps = 40 + world.number(60);
  for (let step = 0; step < steps; step++) {
    world.step();
    await turn();
    world.check();
  }
  await world.finish();
  return world.outcome;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

class World {
  readonly #random: () => number;
  readonly #clock = new ManualClock();
  readonly #resumes: boolean;
  readonly #spoils: boolean;
  readonly #closesCallers: boolean;
  readonly #ways: readonly [SimulatedWay, SimulatedWay];
  readonly #held: (() => void)[] = [];
  readonly #seen = new Map<Endpoint, number[]>();
  readonly #settled = new Map<number, number>();
  readonly #controllers: AbortController[] = [];
  readonly #streams: { readonly read: () => void; readonly leave: () => void }[] = [];
  readonly #open: Promise<unknown>[] = [];
  // The ends that call: of the pipe to the hub, then of those that were sent on.
  readonly #callers: Endpoint[] = [];
  readonly #bound: Endpoint[] = [];
  #hub: Endpoint | undefined; // to the other agent
  #calls = 0;
  #reading = 0;
  #replied = 0;
  #gone = 0;

  constructor(seed: number) {
    this.#random = mulberry32(seed);
    this.#resumes = seed % 2 === 0;
    this.#spoils = seed % 3 === 0;
    this.#closesCallers = seed % 5 < 2;
    const dice = (below: number) => this.number(below);
    const first = new SimulatedWay(dice, this.#options(), (far) =>
      this.#serve(far, async ({ end }) => {
        if (this.#hub === undefined) throw new Error("nobody to send it on to");
        await remote(this.#hub, racing, { validate: false }).take({ end });
      }),
    );
    const second = new SimulatedWay(dice, this.#options(), (far) =>
      this.#serve(far, ({ end }) => {
        const endpoint = end.bind({ clock: this.#clock, limits });
        this.#bound.push(endpoint);
        this.#serve(endpoint, undefined);
      }),
    );
    this.#ways = [first, second];
  }

  get outcome(): SimulationOutcome {
    const [first, second] = this.#ways;
    return {
      calls: this.#calls,
      replied: this.#replied,
      gone: this.#gone,
      resumed: first.resumed + second.resumed,
      sentOn: this.#bound.length,
      spoilt: first.spoilt || second.spoilt,
    };
  }

  number(below: number): number {
    return Math.floor(this.#random() * below);
  }

  async open(): Promise<void> {
    this.#hub = await this.#ways[1].dial(turn);
    const near = await this.#ways[0].dial(turn);
    if (near !== undefined) this.#callers.push(near);
  }

  step(): void {
    const dice = this.#random() * 100;
    const way = this.#ways[this.number(3) === 0 ? 0 : 1];
    if (dice < 26) this.#call();
    else if (dice < 29) this.#stream();
    else if (dice < 33) this.#sendOn();
    else if (dice < 62) for (const each of this.#ways) each.deliver();
    else if (dice < 74) this.#held.splice(this.number(this.#held.length), 1)[0]?.();
    else if (dice < 82) this.#streams[this.number(this.#streams.length)]?.read();
    else if (dice < 84) this.#streams[this.number(this.#streams.length)]?.leave();
    else if (dice < 87) this.#controllers[this.number(this.#controllers.length)]?.abort();
    else if (dice < 93) this.#clock.advance(this.number(120));
    else if (dice < 95) way.stall();
    else if (dice < 97) way.cut();
    else if (dice < 99) {
      if (this.#spoils) way.spoil();
    } else this.#any()?.close("random");
  }

  check(): void {
    for (const endpoint of [...this.#callers, ...this.#seen.keys()]) {
      const { inTransit, waitingCalls, runningHandlers, queuedAnswers } = endpoint.load;
      assert.ok(
        inTransit.messages <= limits.messages && inTransit.bytes < limits.bytes + largest + 100,
        JSON.stringify(endpoint.load),
      );
      assert.ok(waitingCalls <= limits.waitingCalls && runningHandlers <= limits.calls && queuedAnswers <= 2 * limits.calls + 8);
    }
    for (const seen of this.#seen.values())
      for (let i = 1; i < seen.length; i++) assert.ok(seen[i]! > seen[i - 1]!, "handlers see calls in their order");
    for (const [id, times] of this.#settled) assert.equal(times, 1, `call ${id} ended ${times} times`);
  }

  // Everything heals, all handlers answer, all streams are read; then one end of each pipe is closed and the time of every grace passes.
  async finish(): Promise<void> {
    for (let i = 0; i < 30; i++) {
      this.#heal();
      for (const settle of this.#held.splice(0)) settle();
      for (const stream of this.#streams) stream.read();
      await turn();
    }
    this.#callers[0]?.close();
    for (let i = 0; i < 10; i++) {
      for (const endpoint of this.#closesCallers ? this.#callers : this.#bound) endpoint.close(); // also one that was bound only now
      this.#heal();
      await turn();
    }
    for (const endpoint of this.#seen.keys()) if (!this.#bound.includes(endpoint)) endpoint.close();
    this.#hub?.close();
    for (let i = 0; i < 12; i++) {
      this.#clock.advance(5000);
      this.#heal();
      await turn();
    }
    for (const way of this.#ways) way.close();
    for (const endpoint of [...this.#callers, ...this.#bound]) assert.ok(endpoint.closeReason, "the other end has heard");
    await Promise.all(this.#open);
    this.check();
    assert.equal(this.#settled.size, this.#calls, "every call has ended");
    for (const { load } of [...this.#callers, ...this.#seen.keys()])
      assert.deepEqual([load.openCalls, load.waitingCalls, load.runningHandlers], [0, 0, 0]);
  }

  #heal(): void {
    for (const way of this.#ways) {
      way.heal();
      way.deliverAll();
    }
  }

  #options() {
    const resume = this.#resumes ? { graceMs: 2000, bufferBytes: 300_000 } : undefined;
    return { clock: this.#clock, limits, heartbeatMs: 400, resume, maxFrameBytes: 131_072 };
  }

  #any(): Endpoint | undefined {
    const all = [...this.#callers, ...this.#seen.keys()];
    return all[this.number(all.length)];
  }

  #serve(endpoint: Endpoint, take: ((input: { end: PipeEnd }) => void | Promise<void>) | undefined): void {
    const seen: number[] = [];
    this.#seen.set(endpoint, seen);
    receive(endpoint, racing, {
      hold: ({ id, fill }) => {
        assert.equal(endpoint.closeReason, undefined, "nothing is dispatched on a pipe that has ended");
        assert.ok(
          fill.every((byte) => byte === id % 256),
          "the body is the one that was sent",
        );
        seen.push(id);
        return new Promise((resolve, reject) => {
          this.#held.push(() => (id % 7 === 0 ? reject(new Error(`${id}`)) : resolve({ id })));
        });
      },
      async *count({ size }) {
        for (let n = 0; ; n++) yield { n, fill: new Uint8Array(size).fill(n) };
      },
      take(input) {
        if (take === undefined) throw new Error("this pipe takes none");
        return take(input);
      },
    });
  }

  #caller(): Endpoint | undefined {
    return this.#callers[this.number(this.#callers.length)];
  }

  #sendOn(): void {
    const near = this.#callers[0];
    if (near === undefined || this.#callers.length > mostSentOn) return;
    const [mine, end] = pipeEnds();
    this.#callers.push(mine.bind({ clock: this.#clock, limits }));
    const call = remote(near, racing, { validate: false }).take({ end });
    this.#open.push(call.catch(() => end.drop())); // one that was not sent is still this side's
  }

  #call(): void {
    const caller = this.#caller();
    if (caller === undefined) return;
    const id = ++this.#calls;
    const fill = new Uint8Array([0, 10, 3000, largest][this.number(4)]!).fill(id);
    const controller = new AbortController();
    this.#controllers.push(controller);
    const deadlineMs = this.#random() < 0.3 ? 1 + this.number(300) : undefined;
    const ended = () => this.#settled.set(id, (this.#settled.get(id) ?? 0) + 1);
    const call = remote(caller, racing, { validate: false }).hold({ id, fill }, { signal: controller.signal, deadlineMs });
    this.#open.push(
      call.then(
        (reply) => {
          ended();
          this.#replied += 1;
          assert.equal(reply.id, id, "the answer is its own");
        },
        (error: unknown) => {
          ended();
          if (error instanceof RemoteError) assert.equal(error.message, `${id}`);
          else assert.ok(error instanceof PipeError, String(error));
          if (error instanceof PipeError && error.code === "PEER_GONE") this.#gone += 1;
        },
      ),
    );
  }

  #stream(): void {
    const caller = this.#caller();
    if (caller === undefined || this.#reading > 4) return;
    this.#reading += 1;
    const stream = remote(caller, racing, { validate: false }).count({ size: [0, 500, 9000][this.number(3)]! });
    let next = 0;
    let busy = false;
    let over = false;
    const read = () => {
      if (busy || over) return;
      busy = true;
      const one = stream.next().then(
        ({ done, value }) => {
          busy = false;
          if (done === true) over = true;
          else assert.equal(value.n, next++, "items come in order and without a gap");
        },
        (error: unknown) => {
          over = true;
          assert.ok(error instanceof PipeError || error instanceof RemoteError);
        },
      );
      this.#open.push(one);
    };
    const leave = () => {
      over = true;
      this.#open.push(stream.return());
    };
    this.#streams.push({ read, leave });
    read();
  }
}
