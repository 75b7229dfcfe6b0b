// The part of the protocol buffers wire format that ONNX models need: varints, 32-bit floats and length-delimited fields.
// Chunks are kept as they come and joined once, so a model that carries its weights is copied a single time.
// Source: protobuf.dev/programming-guides/encoding. Rejected: protobufjs with the ONNX schema, a dependency for 40 lines.

const utf8 = new TextEncoder();

/** Collects the fields of one protobuf message in the order they are written. */
export class ProtobufWriter {
  readonly #chunks: Uint8Array[] = [];
  #sizeBytes = 0;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  #append(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    this.#sizeBytes += chunk.byteLength;
    return this;
  }

  #varint(value: number | bigint): this {
    // Negative numbers are written as their 64-bit two's complement, as the specification asks for int64.
    let rest = BigInt.asUintN(64, BigInt(value));
    const bytes: number[] = [];
    do {
      const low = Number(rest & 127n);
      rest >>= 7n;
      bytes.push(rest === 0n ? low : low | 128);
    } while (rest !== 0n);
    return this.#append(Uint8Array.from(bytes));
  }

  /** An integer or enum field. */
  integer(field: number, value: number | bigint): this {
    return this.#varint(field << 3).#varint(value);
  }

  /** A 32-bit float field. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#varint((field << 3) | 5).#append(bytes);
  }

  /** A bytes field; the bytes are referenced until `finish`, not copied. */
  bytes(field: number, value: Uint8Array): this {
    return this.#varint((field << 3) | 2)
      .#varint(value.byteLength)
      .#append(value);
  }

  /** A string field, in UTF-8. */
  string(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  /** A nested message. */
  message(field: number, value: ProtobufWriter): this {
    this.#varint((field << 3) | 2).#varint(value.#sizeBytes);
    for (const chunk of value.#chunks) this.#append(chunk);
    return this;
  }

  /** The whole message as one array. */
  finish(): Uint8Array {
    const out = new Uint8Array(this.#sizeBytes);
    let offset = 0;
    for (const chunk of this.#chunks) {
      out.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return out;
  }
}
