/**
 * A map that is never changed: setting a key gives a new map that shares all but one of its shards with the old one. With
 * a thousand agents a plain copy for every event would cost more than the decision itself.
 */
export type Shards<T> = readonly ReadonlyMap<string, T>[];

const count = 64;

/** A map without entries. */
export function noShards<T>(): Shards<T> {
  return Array.from({ length: count }, () => new Map<string, T>());
}

/** The value of a key. */
export function valueIn<T>(shards: Shards<T>, key: string): T | undefined {
  return shards[shardOf(key)]?.get(key);
}

/** The map with a key set. */
export function withValueIn<T>(shards: Shards<T>, key: string, value: T): Shards<T> {
  const at = shardOf(key);
  return shards.with(at, new Map(shards[at]).set(key, value));
}

/** Every key with its value. */
export function* entriesOf<T>(shards: Shards<T>): Generator<readonly [string, T]> {
  for (const shard of shards) yield* shard;
}

/** The map with every value changed. */
export function mappedShards<T>(shards: Shards<T>, change: (value: T, key: string) => T): Shards<T> {
  return shards.map((shard) => new Map([...shard].map(([key, value]) => [key, change(value, key)])));
}

// FNV-1a, folded to a shard.
function shardOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return ((hash ^ (hash >>> 16)) >>> 0) % count;
}
