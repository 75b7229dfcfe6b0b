/**
 * Values to MessagePack with records: an object's keys are written once, as a numbered structure, and its later likes carry the number
 * and their values (the wire form of msgpackr's records: `d4 72 ID`, the array of keys, the values; then `ID` and the values).
 *
 * The state belongs to one direction of one pipe: frames of a pipe arrive in order, so the peer has seen every definition; a relay need
 * not know it; no two tenants share it. It is bounded: 64 structures, whose numbers are taken again in turn, of at most 32 keys of 256
 * characters. Larger objects are written as plain maps.
 *
 * Own code and not msgpackr itself, whose bytes these are (a test reads each with the other): a receiver must refuse before it allocates,
 * count what it keeps, and never compile code from a peer's keys; and a sender must refuse what would arrive as something else.
 */
import { PipeEnd } from "../pipe-end.ts";
import { BodyError, forbiddenKey, maxContainers, maxDepth, tooLarge } from "./body-error.ts";
import { type Structure, Structures } from "./structures.ts";

/** Pipes in one body. */
export const maxPipes = 64;

const pageBytes = 64 * 1024;

/** The codes of typed arrays in extension `t`; append only. */
export const typedArrays = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

/** The type of the extension that stands for a pipe: its place in the list that travels in front of the body. */
export const pipeType = 0x50;

/** Encodes the bodies of one direction of one pipe. */
export class RecordEncoder {
  #ends: PipeEnd[] | undefined;
  readonly #structures = new Structures();
  #page = Buffer.allocUnsafeSlow(pageBytes);
  #view = new DataView(this.#page.buffer);
  #start = 0;
  #at = 0;
  #depth = 0;
  #containers = 0;

  /** The pipes that the last body holds, in the order of their places; undefined for none. */
  get ends(): readonly PipeEnd[] | undefined {
    return this.#ends;
  }

  /**
   * The bytes of a value, in a buffer that is not written again. Throws `BodyError` for what cannot be carried, or is above `maxBytes`:
   * whatever is not sent must be refused here, where the structures that it defined are forgotten.
   */
  encode(value: unknown, maxBytes = Number.POSITIVE_INFINITY): Uint8Array {
    if (this.#page.length - this.#at < 2048) this.#newPage(pageBytes);
    this.#start = this.#at;
    this.#depth = 0;
    this.#containers = 0;
    this.#ends = undefined;
    try {
      this.#value(value);
      if (this.#at - this.#start > maxBytes) throw tooLarge(maxBytes, this.#at - this.#start);
    } catch (thrown) {
      this.#at = this.#start;
      this.#structures.forget(); // structures may have been numbered that the peer will never see: define them all again
      this.#shrink();
      if (thrown instanceof BodyError) throw thrown;
      throw new BodyError("plain data", thrown instanceof Error ? thrown.message : String(thrown)); // a getter or toJSON threw
    }
    const bytes = this.#page.subarray(this.#start, this.#at);
    this.#shrink();
    return bytes;
  }

  // A page that one large body has outgrown is not kept.
  #shrink(): void {
    if (this.#page.length > 4 * pageBytes) this.#newPage(pageBytes);
  }

  #value(value: unknown): void {
    switch (typeof value) {
      case "string":
        this.#string(value);
        return;
      case "number":
        this.#number(value);
        return;
      case "object":
        if (value === null) this.#byte(0xc0);
        else this.#object(value);
        return;
      case "boolean":
        this.#byte(value ? 0xc3 : 0xc2);
        return;
      case "undefined":
        this.#room(3);
        this.#bytes3(0xd4, 0, 0);
        return;
      case "bigint":
        this.#bigint(value);
        return;
      default:
        throw new BodyError("plain data", `a ${typeof value}`);
    }
  }

  #object(value: object): void {
    if (Array.isArray(value)) this.#array(value);
    else if (value.constructor === Object) this.#fields(value);
    else if (value instanceof Uint8Array) this.#binary(value);
    else if (ArrayBuffer.isView(value)) this.#typedArray(value);
    else if (value instanceof ArrayBuffer) this.#binary(new Uint8Array(value));
    else if (value instanceof Date) this.#date(value);
    else if (value instanceof PipeEnd) this.#pipe(value);
    else if ("toJSON" in value && typeof value.toJSON === "function") this.#value(value.toJSON());
    else if (value instanceof Map || value instanceof Set || value instanceof Error || value instanceof RegExp)
      throw new BodyError("plain data", `a ${value.constructor.name}`);
    else if (value instanceof Promise || value instanceof SharedArrayBuffer)
      throw new BodyError(
        "plain data",
        value instanceof Promise ? "a Promise" : "shared memory, which does not leave its process",
      );
    else this.#fields(value);
  }

  #enter(): void {
    if (++this.#depth > maxDepth) throw new BodyError(`at most ${maxDepth} levels of nesting`, "more (or a cycle)");
    if (++this.#containers > maxContainers) throw new BodyError(`at most ${maxContainers} arrays and objects in a body`, "more");
  }

  #array(items: readonly unknown[]): void {
    this.#enter();
    const { length } = items;
    this.#count(length, 0x90, 16, 0xdc);
    for (let i = 0; i < length; i++) this.#value(items[i]);
    this.#depth -= 1;
  }

  #fields(object: object): void {
    this.#enter();
    const keys = Object.keys(object);
    const { length } = keys;
    const node = this.#structures.find(keys);
    if (node === undefined) {
      this.#count(length, 0x80, 16, 0xde);
      for (let i = 0; i < length; i++) {
        const key = keys[i]!;
        if (key === forbiddenKey) throw new BodyError("keys that cannot change a prototype", key);
        this.#string(key);
        this.#value(object[key as keyof typeof object]); // why: a key of this very object
      }
    } else {
      if (node.id === 0) this.#define(node, keys);
      else this.#byte(node.id);
      for (let i = 0; i < length; i++) this.#value(object[keys[i] as keyof typeof object]); // why: a key of this very object
    }
    this.#depth -= 1;
  }

  #define(structure: Structure, keys: readonly string[]): void {
    this.#structures.define(structure);
    this.#room(3);
    this.#bytes3(0xd4, 0x72, structure.id);
    this.#count(keys.length, 0x90, 16, 0xdc);
    for (const key of keys) this.#string(key);
  }

  #count(length: number, fixed: number, fixedLimit: number, wide: number): void {
    this.#room(5);
    if (length < fixedLimit) this.#page[this.#at++] = fixed | length;
    else if (length < 0x1_0000) {
      this.#page[this.#at++] = wide;
      this.#view.setUint16(this.#at, length);
      this.#at += 2;
    } else {
      this.#page[this.#at++] = wide + 1;
      this.#view.setUint32(this.#at, length);
      this.#at += 4;
    }
  }

  #string(text: string): void {
    const { length } = text;
    this.#room(5 + length * 3);
    const page = this.#page;
    let at = this.#at;
    if (length < 32) {
      // Short and ASCII, as most keys and ids are: quicker than a call into the runtime.
      let i = 0;
      for (; i < length; i++) {
        const unit = text.charCodeAt(i);
        if (unit >= 0x80) break;
        page[at + 1 + i] = unit;
      }
      if (i === length) {
        page[at] = 0xa0 | length;
        this.#at = at + 1 + length;
        return;
      }
    }
    // The prefix's width is chosen for the most bytes the text may take, so nothing has to be moved; any width is valid MessagePack.
    const most = length * 3;
    const prefix = most < 0x100 ? 2 : most < 0x1_0000 ? 3 : 5;
    const written = page.write(text, at + prefix, "utf8");
    if (prefix === 2) {
      page[at++] = 0xd9;
      page[at] = written;
    } else if (prefix === 3) {
      page[at] = 0xda;
      this.#view.setUint16(at + 1, written);
    } else {
      page[at] = 0xdb;
      this.#view.setUint32(at + 1, written);
    }
    this.#at += prefix + written;
  }

  #number(value: number): void {
    this.#room(9);
    const page = this.#page;
    if ((value | 0) === value && !Object.is(value, -0)) {
      if (value >= 0) {
        if (value < 0x40) page[this.#at++] = value;
        else if (value < 0x100) {
          page[this.#at++] = 0xcc;
          page[this.#at++] = value;
        } else if (value < 0x1_0000) {
          page[this.#at++] = 0xcd;
          this.#view.setUint16(this.#at, value);
          this.#at += 2;
        } else {
          page[this.#at++] = 0xce;
          this.#view.setUint32(this.#at, value);
          this.#at += 4;
        }
      } else if (value >= -0x20) page[this.#at++] = 0x100 + value;
      else {
        page[this.#at++] = 0xd2;
        this.#view.setInt32(this.#at, value);
        this.#at += 4;
      }
      return;
    }
    page[this.#at++] = 0xcb;
    this.#view.setFloat64(this.#at, value);
    this.#at += 8;
  }

  #bigint(value: bigint): void {
    this.#room(9);
    if (BigInt.asIntN(64, value) === value) {
      this.#page[this.#at++] = 0xd3;
      this.#view.setBigInt64(this.#at, value);
    } else if (BigInt.asUintN(64, value) === value) {
      this.#page[this.#at++] = 0xcf;
      this.#view.setBigUint64(this.#at, value);
    } else throw new BodyError("a bigint of at most 64 bits", "a larger one");
    this.#at += 8;
  }

  #binary(bytes: Uint8Array): void {
    const { length } = bytes;
    this.#room(5 + length);
    if (length < 0x100) {
      this.#page[this.#at++] = 0xc4;
      this.#page[this.#at++] = length;
    } else this.#count(length, 0, 0, 0xc5);
    this.#page.set(bytes, this.#at);
    this.#at += length;
  }

  #typedArray(value: ArrayBufferView): void {
    const code = typedArrays.findIndex((type) => value instanceof type);
    if (code < 0) throw new BodyError("plain data", `a ${value.constructor.name}`);
    const { byteLength } = value;
    this.#room(7 + byteLength);
    this.#page[this.#at++] = 0xc9;
    this.#view.setUint32(this.#at, byteLength + 1);
    this.#page[this.#at + 4] = 0x74;
    this.#page[this.#at + 5] = code;
    this.#at += 6;
    this.#page.set(new Uint8Array(value.buffer, value.byteOffset, byteLength), this.#at);
    this.#at += byteLength;
  }

  #date(value: Date): void {
    const ms = value.getTime();
    if (Number.isNaN(ms)) throw new BodyError("plain data", "an invalid Date");
    this.#room(15);
    const seconds = Math.floor(ms / 1000);
    this.#bytes3(0xc7, 12, 0xff);
    this.#view.setUint32(this.#at, (ms - seconds * 1000) * 1_000_000);
    this.#view.setBigInt64(this.#at + 4, BigInt(seconds));
    this.#at += 12;
  }

  #pipe(end: PipeEnd): void {
    if (end.taken) throw new BodyError("an end of a pipe that nobody has taken", "one that was bound or sent");
    this.#ends ??= [];
    if (this.#ends.includes(end)) throw new BodyError("each end of a pipe once", "the same one twice");
    if (this.#ends.length >= maxPipes) throw new BodyError(`at most ${maxPipes} pipes in a body`, "more");
    this.#room(6);
    this.#page[this.#at] = 0xd6;
    this.#page[this.#at + 1] = pipeType;
    this.#view.setUint32(this.#at + 2, this.#ends.length);
    this.#at += 6;
    this.#ends.push(end);
  }

  #byte(value: number): void {
    this.#room(1);
    this.#page[this.#at++] = value;
  }

  #bytes3(a: number, b: number, c: number): void {
    this.#page[this.#at++] = a;
    this.#page[this.#at++] = b;
    this.#page[this.#at++] = c;
  }

  #room(bytes: number): void {
    if (this.#page.length - this.#at >= bytes) return;
    const old = this.#page.subarray(this.#start, this.#at);
    this.#newPage(Math.max(pageBytes, 2 * (old.length + bytes)));
    this.#page.set(old, 0);
    this.#at = old.length;
    this.#start = 0;
  }

  #newPage(size: number): void {
    this.#page = Buffer.allocUnsafeSlow(size);
    this.#view = new DataView(this.#page.buffer);
    this.#at = 0;
    this.#start = 0;
  }
}
