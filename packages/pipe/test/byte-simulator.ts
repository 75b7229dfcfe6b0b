/**
 * Two processes in one, deterministic: real endpoints on real connections (greeting, frames on bytes, heartbeats, resuming) over a way for
 * bytes that a seeded scheduler delivers in pieces, delays, stops, cuts, and spoils by dropping, doubling or swapping what was written; with
 * a clock that moves only when it is told. What must hold in every run is asserted here:
 *
 * - every call ends exactly once: a reply that is its own, an error of the far side, or word that the peer is gone
 * - handlers see each input at most once and in the order of the calls; the items of a stream come in order and without a gap
 * - what is on its way stays within the allowance and one message more
 * - nothing is dispatched and nothing is answered after a pipe has ended
 */
import assert from "node:assert/strict";
import { dialEndpoints, receiveEndpoints } from "../src/connection/endpoints.ts";
import { defineInterface, type Endpoint, PipeError, RemoteError, receive, remote, unchecked } from "../src/index.ts";
import { mulberry32 } from "./frame-fuzz.ts";
import { type MemoryLink, memoryLinks } from "./memory-link.ts";
import { ManualClock } from "./simulator.ts";

/** What a run came to. */
export interface SimulationOutcome {
  readonly calls: number;
  readonly replied: number;
  readonly gone: number;
  readonly resumed: number;
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
  },
});

const limits = { messages: 16, bytes: 64 * 1024, calls: 12, waitingCalls: 30 };
const largest = 20_000;

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
  readonly #links: [MemoryLink, MemoryLink][] = [];
  readonly #resumes: boolean;
  readonly #spoils: boolean;
  readonly #held: (() => void)[] = [];
  readonly #seen: number[] = [];
  readonly #settled = new Map<number, number>();
  readonly #controllers: AbortController[] = [];
  readonly #streams: { readonly read: () => void; readonly leave: () => void }[] = [];
  readonly #open: Promise<unknown>[] = [];
  readonly #reception;
  #near: Endpoint | undefined;
  #far: Endpoint | undefined;
  #calls = 0;
  #spoilt = false;
  #reading = 0;
  #replied = 0;
  #gone = 0;

  constructor(seed: number) {
    this.#random = mulberry32(seed);
    this.#resumes = seed % 2 === 0;
    this.#spoils = seed % 3 === 0;
    this.#reception = receiveEndpoints((endpoint) => this.#serve(endpoint), this.#options());
  }

  get outcome(): SimulationOutcome {
    const resumed = Math.max(0, this.#links.length - 1);
    return { calls: this.#calls, replied: this.#replied, gone: this.#gone, resumed, spoilt: this.#spoilt };
  }

  number(below: number): number {
    return Math.floor(this.#random() * below);
  }

  async open(): Promise<void> {
    const way = {
      address: "simulated",
      open: async () => {
        const pair = memoryLinks();
        this.#links.push(pair);
        this.#reception.receive(pair[1]);
        return pair[0];
      },
    };
    const dialled = dialEndpoints(way, [""], this.#options());
    for (let i = 0; i < 10 && this.#near === undefined; i++) {
      await turn();
      this.#deliverAll();
      if (i === 3) [this.#near] = await dialled;
    }
  }

  step(): void {
    const dice = this.#random() * 100;
    if (dice < 28) this.#call();
    else if (dice < 32) this.#stream();
    else if (dice < 62) this.#deliver();
    else if (dice < 74) this.#held.splice(this.number(this.#held.length), 1)[0]?.();
    else if (dice < 82) this.#streams[this.number(this.#streams.length)]?.read();
    else if (dice < 84) this.#streams[this.number(this.#streams.length)]?.leave();
    else if (dice < 87) this.#controllers[this.number(this.#controllers.length)]?.abort();
    else if (dice < 93) this.#clock.advance(this.number(120));
    else if (dice < 95) this.#stall();
    else if (dice < 97) this.#cut();
    else if (dice < 99) this.#spoil();
    else (this.#random() < 0.5 ? this.#near : this.#far)?.close("random");
  }

  check(): void {
    for (const endpoint of [this.#near, this.#far]) {
      if (endpoint === undefined) continue;
      const { inTransit, waitingCalls, runningHandlers, queuedAnswers } = endpoint.load;
      assert.ok(
        inTransit.messages <= limits.messages && inTransit.bytes < limits.bytes + largest + 100,
        JSON.stringify(endpoint.load),
      );
      assert.ok(waitingCalls <= limits.waitingCalls && runningHandlers <= limits.calls && queuedAnswers <= 2 * limits.calls + 8);
    }
    for (let i = 1; i < this.#seen.length; i++)
      assert.ok(this.#seen[i]! > this.#seen[i - 1]!, "handlers see calls in their order");
    for (const [id, times] of this.#settled) assert.equal(times, 1, `call ${id} ended ${times} times`);
  }

  // Everything heals, all handlers answer, all streams are read; then the pipe is closed and the time of every grace passes.
  async finish(): Promise<void> {
    for (let i = 0; i < 30; i++) {
      for (const pair of this.#links) for (const link of pair) if (!link.writable) link.drain();
      this.#deliverAll();
      for (const settle of this.#held.splice(0)) settle();
      for (const stream of this.#streams) stream.read();
      await turn();
    }
    this.#near?.close();
    for (let i = 0; i < 10; i++) {
      this.#deliverAll();
      await turn();
    }
    this.#far?.close();
    for (let i = 0; i < 12; i++) {
      this.#clock.advance(5000);
      this.#deliverAll();
      await turn();
    }
    this.#reception.close();
    await Promise.all(this.#open);
    this.check();
    assert.equal(this.#settled.size, this.#calls, "every call has ended");
    for (const endpoint of [this.#near, this.#far])
      if (endpoint !== undefined)
        assert.deepEqual([endpoint.load.openCalls, endpoint.load.waitingCalls, endpoint.load.runningHandlers], [0, 0, 0]);
  }

  #options() {
    const resume = this.#resumes ? { graceMs: 2000, bufferBytes: 300_000 } : undefined;
    return { clock: this.#clock, limits, heartbeatMs: 400, resume, maxFrameBytes: 131_072 };
  }

  #serve(endpoint: Endpoint): void {
    this.#far = endpoint;
    receive(endpoint, racing, {
      hold: ({ id, fill }) => {
        assert.equal(endpoint.closeReason, undefined, "nothing is dispatched on a pipe that has ended");
        assert.ok(
          fill.every((byte) => byte === id % 256),
          "the body is the one that was sent",
        );
        this.#seen.push(id);
        return new Promise((resolve, reject) => {
          this.#held.push(() => (id % 7 === 0 ? reject(new Error(`${id}`)) : resolve({ id })));
        });
      },
      async *count({ size }) {
        for (let n = 0; ; n++) yield { n, fill: new Uint8Array(size).fill(n) };
      },
    });
  }

  #call(): void {
    if (this.#near === undefined) return;
    const id = ++this.#calls;
    const fill = new Uint8Array([0, 10, 3000, largest][this.number(4)]!).fill(id);
    const controller = new AbortController();
    this.#controllers.push(controller);
    const deadlineMs = this.#random() < 0.3 ? 1 + this.number(300) : undefined;
    const ended = () => this.#settled.set(id, (this.#settled.get(id) ?? 0) + 1);
    const call = remote(this.#near, racing, { validate: false }).hold({ id, fill }, { signal: controller.signal, deadlineMs });
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
    if (this.#near === undefined || this.#reading > 4) return;
    this.#reading += 1;
    const stream = remote(this.#near, racing, { validate: false }).count({ size: [0, 500, 9000][this.number(3)]! });
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

  #deliver(): void {
    const link = this.#links.at(-1)?.[this.number(2)];
    for (let i = this.number(4); i >= 0; i--) link?.deliver(this.#random() < 0.4 ? 1 + this.number(4000) : undefined);
  }

  #deliverAll(): void {
    for (const pair of this.#links) for (const link of pair) for (let i = 0; i < 200 && link.deliver(); i++);
  }

  #stall(): void {
    const link = this.#links.at(-1)?.[this.number(2)];
    if (link === undefined) return;
    if (link.writable) link.writable = false;
    else link.drain();
  }

  // What was written and not delivered is lost with the way.
  #cut(): void {
    const pair = this.#links.at(-1);
    for (const link of pair ?? []) {
      link.pending.length = 0;
      link.lose("cut");
    }
  }

  #spoil(): void {
    if (!this.#spoils) return;
    const link = this.#links.at(-1)?.[this.number(2) === 0 ? 0 : 1];
    if (link === undefined) return;
    const { pending } = link;
    const from = link.partial ? 1 : 0; // whole writes, as a transport of messages loses them; a stream loses no bytes in the middle
    if (pending.length < from + 2) return;
    this.#spoilt = true;
    const at = from + this.number(pending.length - from - 1);
    const how = this.number(3);
    if (how === 0) pending.splice(at, 1);
    else if (how === 1) pending.splice(at, 0, Buffer.from(pending[at]!));
    else [pending[at], pending[at + 1]] = [pending[at + 1]!, pending[at]!];
  }
}
