/** The simulated side: agents with a queue and a few hands, heavy-tailed work, and a heap of things that will happen. */

/** A generator of numbers from 0 to 1 (mulberry32): the same seed, the same numbers. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A normal number by Box and Muller. */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** What will happen, earliest first; of one moment, in the order it was put in. */
export class Agenda {
  readonly #heap: { at: number; order: number; run: () => void }[] = [];
  #order = 0;
  now = 0;

  /** Has `run` called at a moment. */
  at(at: number, run: () => void): void {
    const entry = { at: Math.max(at, this.now), order: this.#order++, run };
    const heap = this.#heap;
    let place = heap.push(entry) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (before(heap[above]!, entry)) break; // why: above is within the heap
      [heap[place], heap[above]] = [heap[above]!, entry]; // why: as above
      place = above;
    }
  }

  /** Runs everything, to the end. */
  run(): void {
    for (let next = this.#pop(); next; next = this.#pop()) {
      this.now = next.at;
      next.run();
    }
  }

  #pop(): { at: number; run: () => void } | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (!top || !last || top === last) return top;
    let place = 0;
    heap[0] = last;
    for (;;) {
      let least = place;
      for (const below of [2 * place + 1, 2 * place + 2])
        if (below < heap.length && before(heap[below]!, heap[least]!)) least = below; // why: both are within the heap
      if (least === place) return top;
      [heap[place], heap[least]] = [heap[least]!, heap[place]!]; // why: as above
      place = least;
    }
  }
}

function before(a: { at: number; order: number }, b: { at: number; order: number }): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** What an agent does with what it is sent: `slowness` times the work; `dead` swallows everything. */
export interface Nature {
  readonly name: string;
  readonly slowness: number;
  readonly hands: number;
  /** The agent swallows what arrives between these moments. */
  readonly dead?: { readonly from: number; readonly to: number };
}

interface Job {
  readonly workMs: number;
  readonly started: () => void;
  readonly ended: () => void;
  gone: boolean;
}

/** One simulated agent: a first-come queue before a number of hands. */
export class SimulatedAgent {
  readonly nature: Nature;
  readonly #agenda: Agenda;
  #queue: Job[] = [];
  #busy = 0;

  constructor(nature: Nature, agenda: Agenda) {
    this.nature = nature;
    this.#agenda = agenda;
  }

  /** Jobs here, waiting or in hand. */
  get jobs(): number {
    return this.#busy + this.#queue.filter((job) => !job.gone).length;
  }

  /** Whether it swallows what arrives. */
  isDead(): boolean {
    const { dead } = this.nature;
    return dead !== undefined && this.#agenda.now >= dead.from && this.#agenda.now < dead.to;
  }

  /** Takes a job; gives how to call it off (one in hand is worked to its end, as most agents do). */
  take(workMs: number, started: () => void, ended: () => void): () => void {
    const job: Job = { workMs: workMs * this.nature.slowness, started, ended, gone: false };
    if (this.isDead()) return () => {};
    this.#queue.push(job);
    this.#next();
    return () => {
      job.gone = true;
    };
  }

  #next(): void {
    while (this.#busy < this.nature.hands && this.#queue.length > 0) {
      const job = this.#queue.shift();
      if (!job || job.gone) continue;
      this.#busy += 1;
      job.started();
      this.#agenda.at(this.#agenda.now + job.workMs, () => {
        this.#busy -= 1;
        if (!job.gone && !this.isDead()) job.ended();
        this.#next();
      });
    }
  }
}
