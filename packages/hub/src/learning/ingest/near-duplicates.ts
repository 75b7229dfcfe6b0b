/**
 * Near duplicates by MinHash (Broder 1997) with banding: 64 minima over the hashes of word 4-grams, 16 bands of 4. Two
 * texts that share a band are compared by their whole signatures; at 0.85 estimated Jaccard similarity and above the
 * later one counts as a near duplicate of the earlier. The chance to miss a pair at 0.85 is below 1e-5.
 */
import { hashWord, mix, wordsOf } from "./features.ts";

const minima = 64;
const bands = 16;
const rowsPerBand = minima / bands;
const similar = 0.85;
const shingle = 4;

/** MinHash signature: 64 unsigned 32-bit minima. */
export function signatureOf(text: string): Uint32Array {
  const signature = new Uint32Array(minima).fill(0xffffffff);
  const window: number[] = [];
  let shingles = 0;
  const add = (hash: number): void => {
    shingles += 1;
    for (let i = 0; i < minima; i++) {
      const value = mix(hash ^ Math.imul(i + 1, 0x9e3779b1));
      if (value < (signature[i] ?? 0)) signature[i] = value;
    }
  };
  for (const word of wordsOf(text)) {
    window.push(hashWord(word));
    if (window.length > shingle) window.shift();
    if (window.length === shingle) add(window.reduce((hash, part) => Math.imul(hash ^ part, 0x01000193) >>> 0, 0x811c9dc5));
  }
  // A text shorter than one shingle is like nothing but itself.
  if (shingles === 0) add(hashWord(text));
  return signature;
}

/** Estimated Jaccard similarity of two signatures. */
export function similarity(a: Uint32Array, b: Uint32Array): number {
  let same = 0;
  for (let i = 0; i < minima; i++) if (a[i] === b[i]) same += 1;
  return same / minima;
}

/** Whether two texts of these signatures say nearly the same. */
export function areNear(a: Uint32Array, b: Uint32Array): boolean {
  return similarity(a, b) >= similar;
}

/**
 * The bands of a signature, each as one number: its hash and its place. Texts that share none are not near; bands that share a
 * number by chance cost a comparison, nothing more.
 */
export function bandKeys(signature: Uint32Array): readonly number[] {
  const keys: number[] = [];
  for (let band = 0; band < bands; band++) {
    let hash = band;
    for (let row = 0; row < rowsPerBand; row++) hash = mix(hash ^ (signature[band * rowsPerBand + row] ?? 0));
    keys.push(hash * bands + band);
  }
  return keys;
}
