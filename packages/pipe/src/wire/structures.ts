import { BodyError, forbiddenKey } from "./body-error.ts";

/** Structures that are known at once, and their limits; the decoder holds senders to them. */
export const maxStructures = 64;
/** Keys of one structure. */
export const maxKeys = 32;
/** UTF-16 units of a structure's key. */
export const maxKeyLength = 256;

/** The number of the first structure; they go up to 0x7f. */
export const firstStructure = 0x40;

// Paths of keys that are remembered; beyond that all are forgotten and defined again as they come.
const maxNodes = 4096;

/** A path of keys. `id` is the number of the structure that ends here, 0 for none. */
export interface Structure {
  id: number;
  readonly next: Map<string, Structure>;
}

/** The structures that one sender has defined, found by their keys in order. Their numbers are taken again in turn. */
export class Structures {
  #root: Structure = { id: 0, next: new Map() };
  #nodes = 0;
  #owners: (Structure | undefined)[] = [];
  #nextSlot = 0;

  /** The structure of these keys, defined or not; undefined when they do not fit one. Throws `BodyError` for the forbidden key. */
  find(keys: readonly string[]): Structure | undefined {
    if (keys.length > maxKeys) return undefined;
    let node = this.#root;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      let next = node.next.get(key);
      if (next === undefined) {
        if (key === forbiddenKey) throw new BodyError("keys that cannot change a prototype", key);
        if (key.length > maxKeyLength) return undefined;
        if (++this.#nodes > maxNodes) {
          this.forget();
          return this.find(keys);
        }
        next = { id: 0, next: new Map() };
        node.next.set(key, next);
      }
      node = next;
    }
    return node;
  }

  /** Gives a structure the next number; the one that had it is no longer defined. */
  define(structure: Structure): void {
    const slot = this.#nextSlot;
    this.#nextSlot = (slot + 1) % maxStructures;
    const former = this.#owners[slot];
    if (former !== undefined) former.id = 0;
    this.#owners[slot] = structure;
    structure.id = firstStructure + slot;
  }

  /** Forgets all: they are defined again when they come. */
  forget(): void {
    this.#root = { id: 0, next: new Map() };
    this.#nodes = 0;
    this.#owners = [];
    this.#nextSlot = 0;
  }
}
