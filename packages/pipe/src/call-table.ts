/**
 * Open calls by their id. Ids are given in turn and most calls are short, so a slot for each of the newest ids finds nearly all of them without
 * hashing; a call that is still open when its slot is wanted again moves to a map. Measured against a map alone, which reorganises itself
 * every few calls when few are open: a tenth of an in-process call.
 */
const firstSlots = 16;
const mostSlots = 512;

/** A set of calls that are found by id. */
export class CallTable<T extends { readonly id: number }> {
  #slots: (T | undefined)[] = new Array(firstSlots).fill(undefined);
  #displaced: Map<number, T> | undefined;
  #size = 0;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** The call with that id. */
  get(id: number): T | undefined {
    const slots = this.#slots;
    const call = slots[id % slots.length];
    if (call !== undefined && call.id === id) return call;
    return this.#displaced?.get(id);
  }

  /** Adds a call; its id must be new. */
  add(call: T): void {
    const slots = this.#slots;
    const at = call.id % slots.length;
    const holder = slots[at];
    this.#size += 1;
    if (holder === undefined) slots[at] = call;
    else if (slots.length < mostSlots && this.#size * 2 > slots.length) this.#grow(call);
    else {
      this.#displaced ??= new Map();
      this.#displaced.set(holder.id, holder);
      slots[at] = call;
    }
  }

  /** Removes a call; false when it was not there. */
  delete(id: number): boolean {
    const slots = this.#slots;
    const at = id % slots.length;
    if (slots[at]?.id === id) slots[at] = undefined;
    else if (this.#displaced?.delete(id) !== true) return false;
    this.#size -= 1;
    return true;
  }

  /** All of them, oldest first. */
  values(): T[] {
    const all = this.#slots.filter((call) => call !== undefined);
    if (this.#displaced !== undefined) all.push(...this.#displaced.values());
    return all.toSorted((a, b) => a.id - b.id);
  }

  #grow(call: T): void {
    const all = this.values();
    this.#slots = new Array(this.#slots.length * 2).fill(undefined);
    this.#displaced = undefined;
    this.#size = 0;
    for (const one of all) this.add(one);
    this.add(call);
  }
}
