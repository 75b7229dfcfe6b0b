/**
 * MessagePack with records to values, for bytes that a hostile peer may have written (record-encoder.ts tells the form). Every length and
 * count is checked against the bytes that are left before anything is made of it, and all counts of a body together against its length;
 * nesting, structures, their keys and the number of arrays and objects are bounded; a key that would change a prototype is refused; no
 * code is made from keys.
 */
import type { PipeEnd } from "../pipe-end.ts";
import { BodyError, forbiddenKey, maxContainers, maxDepth } from "./body-error.ts";
import { pipeType, typedArrays } from "./record-encoder.ts";
import { firstStructure, maxKeyLength, maxKeys } from "./structures.ts";

const undefinedType = 0;
const recordType = 0x72;
const typedArrayType = 0x74;
const timestampType = 0xff;

/** Decodes the bodies of one direction of one pipe, in order. */
export class RecordDecoder {
  readonly #structures: (readonly string[] | undefined)[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  #end = 0;
  #ends: readonly PipeEnd[] = [];
  #used = 0;
  #depth = 0;
  #containers = 0;
  #unclaimed = 0;

  /**
   * The value in `bytes[start, end)`; nothing of it refers to `bytes` afterwards. `ends` are the pipes that came with it, of which the value
   * must use each once. Throws `BodyError`.
   */
  decode(bytes: Buffer, view: DataView, start: number, end: number, ends: readonly PipeEnd[] = []): unknown {
    this.#ends = ends;
    this.#used = 0;
    this.#bytes = bytes;
    this.#view = view;
    this.#at = start;
    this.#end = end;
    this.#depth = 0;
    this.#containers = 0;
    this.#unclaimed = end - start;
    const value = this.#value();
    if (this.#used !== ends.length) throw new BodyError(`the ${ends.length} pipes that came`, `${this.#used} of them`);
    if (this.#at !== end) throw new BodyError("one value", `${end - this.#at} bytes after it`);
    return value;
  }

  #value(): unknown {
    const tag = this.#byte();
    if (tag < 0x40) return tag;
    if (tag < 0x80) return this.#record(this.#structures[tag - firstStructure] ?? undefinedStructure(tag));
    if (tag < 0x90) return this.#map(tag & 0x0f);
    if (tag < 0xa0) return this.#array(tag & 0x0f);
    if (tag < 0xc0) return this.#string(tag & 0x1f);
    if (tag >= 0xe0) return tag - 0x100;
    switch (tag) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.#binary(this.#byte());
      case 0xc5:
        return this.#binary(this.#uint16());
      case 0xc6:
        return this.#binary(this.#uint32());
      case 0xc7:
        return this.#extension(this.#byte());
      case 0xc8:
        return this.#extension(this.#uint16());
      case 0xc9:
        return this.#extension(this.#uint32());
      case 0xca:
        return this.#view.getFloat32(this.#take(4));
      case 0xcb:
        return this.#view.getFloat64(this.#take(8));
      case 0xcc:
        return this.#byte();
      case 0xcd:
        return this.#uint16();
      case 0xce:
        return this.#uint32();
      case 0xcf:
        return this.#view.getBigUint64(this.#take(8));
      case 0xd0:
        return this.#view.getInt8(this.#take(1));
      case 0xd1:
        return this.#view.getInt16(this.#take(2));
      case 0xd2:
        return this.#view.getInt32(this.#take(4));
      case 0xd3:
        return this.#view.getBigInt64(this.#take(8));
      case 0xd4:
        return this.#smallExtension();
      case 0xd5:
        return this.#extension(2);
      case 0xd6:
        return this.#extension(4);
      case 0xd7:
        return this.#extension(8);
      case 0xd8:
        return this.#extension(16);
      case 0xd9:
        return this.#string(this.#byte());
      case 0xda:
        return this.#string(this.#uint16());
      case 0xdb:
        return this.#string(this.#uint32());
      case 0xdc:
        return this.#array(this.#uint16());
      case 0xdd:
        return this.#array(this.#uint32());
      case 0xde:
        return this.#map(this.#uint16());
      case 0xdf:
        return this.#map(this.#uint32());
      default:
        throw new BodyError("a MessagePack tag", hex(tag));
    }
  }

  // Every element, key or value takes a byte of its own at least, so a count beyond the bytes that are left is refused before an array is
  // made for it. So is one beyond what the counts before it have left of the body: else each of many nested arrays could claim the same
  // bytes, and have memory set aside for them.
  #enter(count: number): void {
    const left = Math.min(this.#end - this.#at, this.#unclaimed);
    if (count > left) throw new BodyError(`at most ${left} elements in the bytes left`, `${count}`);
    this.#unclaimed -= count;
    if (++this.#depth > maxDepth) throw new BodyError(`at most ${maxDepth} levels of nesting`, "more");
    if (++this.#containers > maxContainers) throw new BodyError(`at most ${maxContainers} arrays and objects in a body`, "more");
  }

  #array(count: number): unknown[] {
    this.#enter(count);
    const items: unknown[] = new Array(count);
    for (let i = 0; i < count; i++) items[i] = this.#value();
    this.#depth -= 1;
    return items;
  }

  #map(count: number): unknown {
    this.#enter(2 * count);
    const object: Record<string, unknown> = {};
    for (let i = 0; i < count; i++) object[this.#key()] = this.#value();
    this.#depth -= 1;
    return object;
  }

  #record(keys: readonly string[]): unknown {
    this.#enter(keys.length);
    const object: Record<string, unknown> = {};
    for (let i = 0; i < keys.length; i++) object[keys[i]!] = this.#value();
    this.#depth -= 1;
    return object;
  }

  #key(): string {
    const tag = this.#byte();
    let key: string;
    if (tag >= 0xa0 && tag < 0xc0) key = this.#string(tag & 0x1f);
    else if (tag === 0xd9) key = this.#string(this.#byte());
    else if (tag === 0xda) key = this.#string(this.#uint16());
    else if (tag === 0xdb) key = this.#string(this.#uint32());
    else throw new BodyError("text as a key", `tag ${hex(tag)}`);
    if (key === forbiddenKey) throw new BodyError("keys that cannot change a prototype", key);
    return key;
  }

  #define(): unknown {
    const id = this.#byte();
    if (id < firstStructure || id > 0x7f) throw new BodyError("a structure's number from 0x40 to 0x7f", hex(id));
    const tag = this.#byte();
    const count = tag >= 0x90 && tag < 0xa0 ? tag & 0x0f : tag === 0xdc ? this.#uint16() : -1;
    if (count < 0 || count > maxKeys) throw new BodyError(`an array of at most ${maxKeys} keys`, `tag ${hex(tag)}`);
    const keys: string[] = [];
    for (let i = 0; i < count; i++) {
      const key = this.#key();
      if (key.length > maxKeyLength)
        throw new BodyError(`a structure's key of at most ${maxKeyLength} characters`, `${key.length}`);
      keys.push(key);
    }
    this.#structures[id - firstStructure] = keys;
    return this.#record(keys);
  }

  #string(length: number): string {
    const start = this.#take(length);
    const bytes = this.#bytes;
    if (length < 16) {
      let text = "";
      let i = 0;
      for (; i < length; i++) {
        const unit = bytes[start + i]!;
        if (unit >= 0x80) break;
        text += String.fromCharCode(unit);
      }
      if (i === length) return text;
    }
    return bytes.toString("utf8", start, start + length);
  }

  #binary(length: number): Uint8Array {
    return copy(this.#bytes, this.#take(length), length);
  }

  #smallExtension(): unknown {
    const type = this.#byte();
    if (type === recordType) return this.#define();
    if (type !== undefinedType) throw new BodyError("a known extension of one byte", hex(type));
    this.#take(1);
    return undefined;
  }

  #extension(length: number): unknown {
    const type = this.#byte();
    const start = this.#take(length);
    if (type === pipeType && length === 4) return this.#pipe(this.#view.getUint32(start));
    if (type === timestampType) return this.#timestamp(start, length);
    if (type !== typedArrayType || length < 1) throw new BodyError("a known extension", hex(type));
    const Type = typedArrays[this.#bytes[start]!];
    if (Type === undefined) throw new BodyError("a typed array's code", `${this.#bytes[start]}`);
    if ((length - 1) % Type.BYTES_PER_ELEMENT !== 0)
      throw new BodyError(`whole elements of ${Type.BYTES_PER_ELEMENT} bytes`, `${length - 1} bytes`);
    return new Type(copy(this.#bytes, start + 1, length - 1).buffer);
  }

  // Each place once and in order, so that no two parts of a body share a pipe.
  #pipe(place: number): PipeEnd {
    const end = this.#ends[place];
    if (end === undefined || place !== this.#used)
      throw new BodyError(`pipe ${this.#used} of ${this.#ends.length}`, `pipe ${place}`);
    this.#used += 1;
    return end;
  }

  #timestamp(start: number, length: number): Date {
    const view = this.#view;
    let ms = Number.NaN;
    if (length === 4) ms = view.getUint32(start) * 1000;
    else if (length === 8) {
      const high = view.getUint32(start);
      ms = ((high & 3) * 0x1_0000_0000 + view.getUint32(start + 4)) * 1000 + Math.floor((high >>> 2) / 1_000_000);
    } else if (length === 12) ms = Number(view.getBigInt64(start + 4)) * 1000 + Math.floor(view.getUint32(start) / 1_000_000);
    const date = new Date(ms);
    if (Number.isNaN(date.getTime())) throw new BodyError("a point in time", `${length} bytes that are none`);
    return date;
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.#end - at) throw new BodyError(`at most ${this.#end - at} bytes, which are left`, `${length}`);
    this.#at = at + length;
    return at;
  }

  #byte(): number {
    if (this.#at >= this.#end) throw new BodyError("a whole value", "the end of the body");
    return this.#bytes[this.#at++]!;
  }

  #uint16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  #uint32(): number {
    return this.#view.getUint32(this.#take(4));
  }
}

function copy(bytes: Buffer, start: number, length: number): Uint8Array<ArrayBuffer> {
  const own = new Uint8Array(length);
  own.set(bytes.subarray(start, start + length));
  return own;
}

function undefinedStructure(tag: number): never {
  throw new BodyError("a structure that was defined", hex(tag));
}

function hex(tag: number): string {
  return `0x${tag.toString(16).padStart(2, "0")}`;
}
