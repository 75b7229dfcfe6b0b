import { dialEndpoints, receiveEndpoints } from "../src/connection/endpoints.ts";
import type { Endpoint, WireOptions } from "../src/index.ts";
import { type MemoryLink, memoryLinks } from "./memory-link.ts";

/** A number from 0 up to, and not including, a bound, from a seeded source. */
export type Dice = (below: number) => number;

/** A way for bytes between a dialler and a listener that delays, stops, cuts and spoils as its dice say; after a cut there is another link. */
export class SimulatedWay {
  readonly #dice: Dice;
  readonly #options: WireOptions;
  readonly #links: [MemoryLink, MemoryLink][] = [];
  readonly #reception;
  /** Whether something that was written has been dropped, doubled or swapped. */
  spoilt = false;

  constructor(dice: Dice, options: WireOptions, accept: (endpoint: Endpoint) => void) {
    this.#dice = dice;
    this.#options = options;
    this.#reception = receiveEndpoints(accept, options);
  }

  /** How often the connection went on over another link. */
  get resumed(): number {
    return Math.max(0, this.#links.length - 1);
  }

  /** Opens the connection; `turn` lets the event loop run. */
  async dial(turn: () => Promise<void>): Promise<Endpoint | undefined> {
    const way = {
      address: "simulated",
      open: async () => {
        const pair = memoryLinks();
        this.#links.push(pair);
        this.#reception.receive(pair[1]);
        return pair[0];
      },
    };
    const dialled = dialEndpoints(way, [""], this.#options);
    let near: Endpoint | undefined;
    for (let i = 0; i < 10 && near === undefined; i++) {
      await turn();
      this.deliverAll();
      if (i === 3) [near] = await dialled;
    }
    return near;
  }

  deliver(): void {
    const link = this.#links.at(-1)?.[this.#dice(2)];
    for (let i = this.#dice(4); i >= 0; i--) link?.deliver(this.#dice(10) < 4 ? 1 + this.#dice(4000) : undefined);
  }

  deliverAll(): void {
    for (const pair of this.#links) for (const link of pair) for (let i = 0; i < 200 && link.deliver(); i++);
  }

  stall(): void {
    const link = this.#links.at(-1)?.[this.#dice(2)];
    if (link === undefined) return;
    if (link.writable) link.writable = false;
    else link.drain();
  }

  heal(): void {
    for (const pair of this.#links) for (const link of pair) if (!link.writable) link.drain();
  }

  /** What was written and not delivered is lost with the link. */
  cut(): void {
    for (const link of this.#links.at(-1) ?? []) {
      link.pending.length = 0;
      link.lose("cut");
    }
  }

  /** Drops, doubles or swaps a whole write, as a transport of messages does; a stream loses no bytes in the middle. */
  spoil(): void {
    const link = this.#links.at(-1)?.[this.#dice(2)];
    if (link === undefined) return;
    const { pending } = link;
    const from = link.partial ? 1 : 0;
    if (pending.length < from + 2) return;
    this.spoilt = true;
    const at = from + this.#dice(pending.length - from - 1);
    const how = this.#dice(3);
    if (how === 0) pending.splice(at, 1);
    else if (how === 1) pending.splice(at, 0, Buffer.from(pending[at]!));
    else [pending[at], pending[at + 1]] = [pending[at + 1]!, pending[at]!];
  }

  close(): void {
    this.#reception.close();
  }
}
