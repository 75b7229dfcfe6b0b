import type { PipeEnd } from "../pipe-end.ts";
import { BodyError, tooLarge } from "./body-error.ts";
import { fromJsonBody, toJsonBody } from "./json-body.ts";
import { RecordDecoder } from "./record-decoder.ts";
import { RecordEncoder } from "./record-encoder.ts";

/** How a body is written: not at all (undefined), as records, as JSON, or as the bytes it is. Two bits of the flags; append only. */
export const forms = { none: 0, records: 1, json: 2, bytes: 3 } as const;

/** The codecs that two ends may agree on; raw bytes and empty bodies need none. */
export const codecs = ["records", "json"] as const;

/** One of `codecs`. */
export type Codec = (typeof codecs)[number];

/** A body that a codec has written. */
export class Encoded {
  readonly form: number;
  readonly bytes: Uint8Array;
  /** The pipes it holds, not yet taken. */
  readonly ends: readonly PipeEnd[] | undefined;

  constructor(form: number, bytes: Uint8Array, ends?: readonly PipeEnd[]) {
    this.form = form;
    this.bytes = bytes;
    this.ends = ends;
  }
}

/** A body that is ready to be sent: none, the bytes it is, or what a codec wrote. */
export type Packed = undefined | Uint8Array | Encoded;

const noBytes = new Uint8Array(0);

/** The form of a packed body. */
export function formOf(packed: unknown): number {
  if (packed === undefined) return forms.none;
  return packed instanceof Encoded ? packed.form : forms.bytes;
}

/** The bytes of a packed body. */
export function bytesOf(packed: unknown): Uint8Array {
  if (packed instanceof Encoded) return packed.bytes;
  return packed instanceof Uint8Array ? packed : noBytes;
}

// Small bodies of bytes are copied into a slab that many share, as Node's own small buffers are; a body that is kept keeps its slab alive.
const slabBytes = 16 * 1024;
const slabbed = 2048;
let slab = Buffer.allocUnsafeSlow(slabBytes);
let slabAt = 0;

function copyOf(bytes: Buffer, start: number, end: number): Uint8Array {
  const length = end - start;
  if (length > slabbed) return new Uint8Array(bytes.subarray(start, end));
  if (slabBytes - slabAt < length) {
    slab = Buffer.allocUnsafeSlow(slabBytes);
    slabAt = 0;
  }
  const at = slabAt;
  slabAt = (at + length + 7) & ~7; // aligned, so that a typed array may be made over it
  bytes.copy(slab, at, start, end);
  return new Uint8Array(slab.buffer, at, length);
}

/** The bodies of one pipe, both ways; the records' state is made when the first record comes. */
export class BodyCodec {
  readonly #codec: Codec;
  readonly #maxBytes: number;
  #encoder: RecordEncoder | undefined;
  #decoder: RecordDecoder | undefined;

  /** `maxBytes` is what the peer takes in one body. */
  constructor(codec: Codec, maxBytes: number) {
    this.#codec = codec;
    this.#maxBytes = maxBytes;
  }

  /** Encodes a body; bytes are taken as they are, without a copy. Throws `BodyError`. */
  pack(body: unknown): Packed {
    if (body === undefined) return undefined;
    const packed = body instanceof Uint8Array ? body : this.#encode(body);
    const { length } = bytesOf(packed);
    if (length > this.#maxBytes) throw tooLarge(this.#maxBytes, length);
    return packed;
  }

  /** Decodes a body. `owned` says that `bytes` will not be written again, so a body of bytes needs no copy. Throws `BodyError`. */
  unpack(
    form: number,
    bytes: Buffer,
    view: DataView,
    start: number,
    end: number,
    owned: boolean,
    ends?: readonly PipeEnd[],
  ): unknown {
    if (ends !== undefined && form !== forms.records) throw new BodyError("pipes in a body of records", `form ${form}`);
    switch (form) {
      case forms.none:
        if (end !== start) throw new BodyError("an empty body", `${end - start} bytes`);
        return undefined;
      case forms.bytes:
        return owned ? new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start) : copyOf(bytes, start, end);
      case forms.records:
        if (this.#codec !== "records") throw new BodyError("the codec that was agreed on, json", "records");
        this.#decoder ??= new RecordDecoder();
        return this.#decoder.decode(bytes, view, start, end, ends);
      default:
        return fromJsonBody(bytes, start, end); // any end may write JSON: every implementation reads it
    }
  }

  #encode(body: unknown): Encoded {
    if (this.#codec === "json") return new Encoded(forms.json, toJsonBody(body));
    this.#encoder ??= new RecordEncoder();
    return new Encoded(forms.records, this.#encoder.encode(body, this.#maxBytes), this.#encoder.ends);
  }
}
