/**
 * Text to vectors without a model: feature hashing (Weinberger et al. 2009). Words and pairs of neighbouring words are
 * hashed to 256 signed buckets, with a sublinear count, and the vector is scaled to unit length; identifiers also count
 * by their parts (`readBody` = read, body). Enough for finding passages that share vocabulary and for spreading a
 * selection over a corpus; it knows nothing of meaning. The same words give the same vector on every machine.
 */
export const dimensions = 256;

/** Unit-length vector of a text (all zeros only for a text without words). */
export function vectorOf(text: string): Float32Array {
  const counts = new Map<number, number>();
  let previous = 0;
  for (const word of wordsOf(text)) {
    const hash = hashWord(word);
    counts.set(hash, (counts.get(hash) ?? 0) + 1);
    const pair = Math.imul(previous ^ (hash >>> 1), 0x9e3779b1) >>> 0;
    if (previous !== 0) counts.set(pair, (counts.get(pair) ?? 0) + 0.5);
    previous = hash;
  }
  const vector = new Float32Array(dimensions);
  for (const [hash, count] of counts) {
    const mixed = mix(hash);
    const bucket = mixed % dimensions;
    vector[bucket] = (vector[bucket] ?? 0) + (mixed & 0x80000000 ? -1 : 1) * (1 + Math.log(count + 0.5));
  }
  let norm = 0;
  for (const value of vector) norm += value * value;
  if (norm > 0) for (let i = 0; i < dimensions; i++) vector[i] = (vector[i] ?? 0) / Math.sqrt(norm);
  return vector;
}

/** Words of two letters and more, lower case; camelCase and snake_case also by their parts. */
export function* wordsOf(text: string): Generator<string> {
  for (const [identifier] of text.matchAll(/[\p{L}_][\p{L}\p{N}_]+/gu)) {
    yield identifier.toLowerCase();
    const parts = identifier.split(/_+|(?<=[a-z0-9])(?=[A-Z])/);
    if (parts.length > 1) for (const part of parts) if (part.length > 1) yield part.toLowerCase();
  }
}

/** FNV-1a over UTF-16 code units, 32 bits. */
export function hashWord(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** A 32-bit finalizer (murmur3's constants): spreads every input bit over the result. */
export function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A vector as bytes, little-endian, the way the store keeps it. */
export function vectorBytes(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** A vector out of the store's bytes, copied: they need not be aligned, and a Buffer's own slice would share its pool. */
export function vectorFrom(bytes: Uint8Array): Float32Array {
  return new Float32Array(new Uint8Array(bytes).buffer);
}
