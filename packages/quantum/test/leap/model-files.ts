import { type Bqm, bqmFromTerms } from "../../src/index.ts";

/** A DIMODBQM file (version 2.0) of three binary variables, put together by hand, and the model in it. */
export function tinyBqmFile(): { readonly file: Uint8Array; readonly model: Bqm } {
  const linear = [1, -2, 0.5];
  const neighbours: readonly (readonly [number, number])[][] = [
    [[1, 1.5]],
    [
      [0, 1.5],
      [2, -3],
    ],
    [[1, -3]],
  ];
  const head =
    '{"dtype": "float64", "itype": "int32", "ntype": "int32", "shape": [3, 2], "type": "BinaryQuadraticModel", "variables": true, "vartype": "BINARY"}\n';
  const length = Math.ceil((14 + head.length) / 64) * 64 - 14;
  const bytes: Buffer[] = [
    Buffer.from("DIMODBQM\x02\x00", "latin1"),
    uint32(length),
    Buffer.from(head.padEnd(length), "latin1"),
    double(0.25),
  ];
  let begin = 0;
  for (const [v, bias] of linear.entries()) {
    bytes.push(uint32(begin), double(bias));
    begin += neighbours[v]!.length;
  }
  for (const row of neighbours) for (const [other, bias] of row) bytes.push(uint32(other), double(bias));
  const labels = '["a", "b", "c"]';
  const padded = labels.padEnd(Math.ceil((8 + labels.length) / 64) * 64 - 8);
  bytes.push(Buffer.from("VARS"), uint32(padded.length), Buffer.from(padded));
  const model = bqmFromTerms({
    vartype: "BINARY",
    linear: [
      ["a", 1],
      ["b", -2],
      ["c", 0.5],
    ],
    quadratic: [
      ["a", "b", 1.5],
      ["b", "c", -3],
    ],
    offset: 0.25,
  });
  return { file: new Uint8Array(Buffer.concat(bytes)), model };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
