import { QuantumError } from "../errors.ts";

const numberTypes = {
  float32: [4, (v: DataView, at: number) => v.getFloat32(at, true)],
  float64: [8, (v: DataView, at: number) => v.getFloat64(at, true)],
  int8: [1, (v: DataView, at: number) => v.getInt8(at)],
  int16: [2, (v: DataView, at: number) => v.getInt16(at, true)],
  int32: [4, (v: DataView, at: number) => v.getInt32(at, true)],
  int64: [8, (v: DataView, at: number) => Number(v.getBigInt64(at, true))],
  uint8: [1, (v: DataView, at: number) => v.getUint8(at)],
  uint16: [2, (v: DataView, at: number) => v.getUint16(at, true)],
  uint32: [4, (v: DataView, at: number) => v.getUint32(at, true)],
  uint64: [8, (v: DataView, at: number) => Number(v.getBigUint64(at, true))],
} as const;

/** NumPy's names of number types; all little-endian. */
export type NumberType = keyof typeof numberTypes;

/** Whether a name from a file is one of `NumberType`. */
export function isNumberType(name: unknown): name is NumberType {
  return typeof name === "string" && Object.hasOwn(numberTypes, name);
}

/** Bytes that a number of this type takes. */
export function sizeOf(type: NumberType): number {
  return numberTypes[type][0];
}

/** Reads little-endian numbers and texts off bytes, front to back, never past their end. */
export class ByteReader {
  readonly format: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(format: string, bytes: Uint8Array) {
    this.format = format;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** Throws FILE_INVALID unless `count` times `size` bytes are left. */
  need(what: string, count: number, size: number): void {
    if (!(count * size <= this.left)) this.wrong(`${count * size} bytes of ${what}`, `${this.left} bytes`);
  }

  /** The next `length` bytes, a view. */
  take(what: string, length: number): Uint8Array {
    this.need(what, length, 1);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  number(what: string, type: NumberType): number {
    const [size, get] = numberTypes[type];
    this.need(what, 1, size);
    const value = get(this.#view, this.#at);
    this.#at += size;
    return value;
  }

  /** The next `length` bytes as UTF-8. */
  text(what: string, length: number): string {
    const bytes = this.take(what, length);
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch (cause) {
      throw new QuantumError(
        "FILE_INVALID",
        { format: this.format, where: what, wanted: "UTF-8 text", got: "other bytes" },
        { cause },
      );
    }
  }

  /** The next `length` bytes as JSON. */
  json(what: string, length: number): unknown {
    const text = this.text(what, length);
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new QuantumError("FILE_INVALID", { format: this.format, where: what, wanted: "JSON", got: text }, { cause });
    }
  }

  /** Throws FILE_INVALID for this place. */
  wrong(wanted: string, got: unknown): never {
    throw new QuantumError("FILE_INVALID", { format: this.format, where: `byte ${this.#at}`, wanted, got });
  }
}
