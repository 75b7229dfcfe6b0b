/** One criterion of one bid: what was offered, its score from 0 to 1, its share of the weights, and score times share. */
export interface Part {
  readonly offered: number | null;
  readonly score: number;
  readonly weight: number;
  readonly points: number;
}

/** A bid with its place (from 1) and what the place is made of; `total` is the sum of the points, 0 to 1. */
export interface Ranked {
  readonly name: string;
  readonly place: number;
  readonly arrival: number;
  readonly parts: { readonly price: Part; readonly promisedTime: Part; readonly reliability: Part; readonly quality: Part };
  readonly total: number;
}
