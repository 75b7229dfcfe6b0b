/**
 * The improvements of a search as they come: [ms since its start, energy], falling. A long search improves often; past `most` points every
 * second one but the first and the last is forgotten, so the trace keeps its shape.
 */
export class EnergyTrace {
  readonly #startedAt = performance.now();
  readonly #most: number;
  #points: [number, number][] = [];

  constructor(most = 200) {
    this.#most = most;
  }

  /** Notes an energy if it is the lowest yet; true when it is. Energies that are no numbers yet are none. */
  note(energy: number): boolean {
    const last = this.#points.at(-1);
    if (!Number.isFinite(energy) || (last && energy >= last[1])) return false;
    this.#points.push([Math.round((performance.now() - this.#startedAt) * 100) / 100, energy]);
    if (this.#points.length > this.#most)
      this.#points = this.#points.filter((_, i) => i === 0 || i % 2 === 1 || i === this.#points.length - 1);
    return true;
  }

  /** The points so far. */
  get points(): [number, number][] {
    return [...this.#points];
  }
}
