// Just enough of dimod's file formats for a stand-in server to solve what it is sent: BQM files of doubles, and small CQM files.
import { type Bqm, bqmFromPairs, type Label } from "../../src/index.ts";

/** A constrained model as read: functions over the values of its variables. */
export interface SmallCqm {
  readonly labels: readonly Label[];
  readonly domains: readonly (readonly number[])[];
  readonly vartypes: readonly string[];
  readonly objective: (values: readonly number[]) => number;
  readonly constraints: readonly {
    readonly label: Label;
    readonly holds: (values: readonly number[]) => boolean;
    /** What breaking it costs; a hard one has no price. */
    readonly price: ((values: readonly number[]) => number) | undefined;
  }[];
}

function header(bytes: Buffer, magic: string): { json: Record<string, unknown>; at: number } {
  if (bytes.toString("latin1", 0, magic.length) !== magic) throw new Error(`no ${magic} file`);
  const length = bytes.readUInt32LE(magic.length + 2);
  const at = magic.length + 6;
  return { json: JSON.parse(bytes.toString("latin1", at, at + length)), at: at + length };
}

function numberReader(dtype: unknown): { size: number; read: (bytes: Buffer, at: number) => number } {
  if (dtype === "float64") return { size: 8, read: (bytes, at) => bytes.readDoubleLE(at) };
  if (dtype === "float32") return { size: 4, read: (bytes, at) => bytes.readFloatLE(at) };
  if (dtype === "int32") return { size: 4, read: (bytes, at) => bytes.readInt32LE(at) };
  if (dtype === "int8") return { size: 1, read: (bytes, at) => bytes.readInt8(at) };
  throw new Error(`dtype ${dtype}`);
}

/** Reads a DIMODBQM file. */
export function readBqmFile(bytes: Buffer): Bqm {
  const { json, at: start } = header(bytes, "DIMODBQM");
  const [size = 0] = json.shape as number[]; // why: the test made the file
  const bias = numberReader(json.dtype);
  const index = numberReader(json.itype);
  const begin = numberReader(json.ntype);
  let at = start;
  const offset = bias.read(bytes, at);
  at += bias.size;
  const linear: number[] = [];
  const begins: number[] = [];
  for (let v = 0; v < size; v++) {
    begins.push(begin.read(bytes, at));
    linear.push(bias.read(bytes, at + begin.size));
    at += begin.size + bias.size;
  }
  const [rows, columns, biases]: [number[], number[], number[]] = [[], [], []];
  const entry = index.size + bias.size;
  const [, pairs = 0] = json.shape as number[]; // why: the test made the file
  for (let v = 0; v < size; v++) {
    for (let k = begins[v]!; k < (begins[v + 1] ?? 2 * pairs); k++) {
      const other = index.read(bytes, at + k * entry);
      if (other >= v) continue;
      rows.push(other);
      columns.push(v);
      biases.push(bias.read(bytes, at + k * entry + index.size));
    }
  }
  at += 2 * pairs * entry;
  let labels: Label[] | undefined;
  if (json.variables === true) {
    const length = bytes.readUInt32LE(at + 4);
    labels = JSON.parse(bytes.toString("utf8", at + 8, at + 8 + length));
  }
  const vartype = json.vartype === "SPIN" ? "SPIN" : "BINARY";
  return {
    ...bqmFromPairs({ vartype, size, linear, rows, columns, biases, offset }),
    ...(labels === undefined ? {} : { labels }),
  };
}

/** Reads a DIMODCQM file whose variables take few values. */
export function readCqmFile(bytes: Buffer): SmallCqm {
  const { json } = header(bytes, "DIMODCQM");
  const files = stored(bytes);
  const count = Number(json.num_variables);
  const info = files.get("varinfo")!.subarray(8);
  const names = ["BINARY", "SPIN", "INTEGER", "REAL"];
  const vartypes: string[] = [];
  const domains: number[][] = [];
  for (let v = 0; v < count; v++) {
    const vartype = names[info.readInt8(v * 17)]!;
    const [low, high] = [info.readDoubleLE(v * 17 + 1), info.readDoubleLE(v * 17 + 9)];
    vartypes.push(vartype);
    if (vartype === "SPIN") domains.push([-1, 1]);
    else domains.push(Array.from({ length: high - low + 1 }, (_, k) => low + k));
  }
  const labelled = files.get("variable_labels.json");
  const labels: Label[] = labelled === undefined ? domains.map((_, v) => v) : JSON.parse(labelled.toString("utf8"));
  const objective = expression(files.get("objective")!);
  const constraints = [...files.keys()].flatMap((name) => {
    const found = /^constraints\/(.*)\/lhs$/.exec(name);
    if (found === null) return [];
    const folder = `constraints/${found[1]}`;
    const left = expression(files.get(name)!);
    const right = files.get(`${folder}/rhs`)!.readDoubleLE(0);
    const sense = files.get(`${folder}/sense`)!.toString("latin1").trim();
    const excess = (values: readonly number[]) => {
      const over = left(values) - right;
      return Math.max(0, sense === "<=" ? over : sense === ">=" ? -over : Math.abs(over));
    };
    const weight = files.get(`${folder}/weight`)?.readDoubleLE(0);
    const power = files.get(`${folder}/penalty`)?.toString("latin1").trim() === "quadratic" ? 2 : 1;
    const label: Label = JSON.parse(found[1]!);
    return [
      {
        label,
        holds: (values: readonly number[]) => excess(values) < 1e-9,
        price: weight === undefined ? undefined : (values: readonly number[]) => weight * excess(values) ** power,
      },
    ];
  });
  return { labels, domains, vartypes, objective, constraints };
}

// Sections: 4 letters, a length (of 8 bytes in QUAD), data.
function expression(bytes: Buffer): (values: readonly number[]) => number {
  let { at } = header(bytes, "DIMODEXPR");
  const sections = new Map<string, Buffer>();
  while (at + 8 <= bytes.length) {
    const name = bytes.toString("latin1", at, at + 4);
    const wide = name === "QUAD";
    const length = wide ? Number(bytes.readBigUInt64LE(at + 4)) : bytes.readUInt32LE(at + 4);
    const data = at + (wide ? 12 : 8);
    sections.set(name, bytes.subarray(data, data + length));
    at = data + length;
  }
  const index = sections.get("INDX") ?? Buffer.alloc(0);
  const linear = sections.get("LINB") ?? Buffer.alloc(0);
  const quadratic = sections.get("QUAD") ?? Buffer.alloc(0);
  const { json } = header(bytes, "DIMODEXPR");
  const [size = 0, pairs = 0] = json.shape as number[]; // why: the test made the file
  const offset = (sections.get("OFFS") ?? Buffer.alloc(8)).readDoubleLE(0);
  return (values) => {
    let sum = offset;
    for (let v = 0; v < size; v++) sum += linear.readDoubleLE(v * 8) * values[index.readInt32LE(v * 4)]!;
    for (let k = 0; k < pairs; k++) {
      const [u, v] = [quadratic.readInt32LE(k * 16), quadratic.readInt32LE(k * 16 + 4)];
      sum += quadratic.readDoubleLE(k * 16 + 8) * values[index.readInt32LE(u * 4)]! * values[index.readInt32LE(v * 4)]!;
    }
    return sum;
  };
}

// The files of a ZIP without compression, by the central directory; offsets count from the start of the whole file.
function stored(bytes: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  let at = bytes.readUInt32LE(end + 16);
  for (let k = bytes.readUInt16LE(end + 10); k > 0; k--) {
    if (bytes.readUInt16LE(at + 10) !== 0) throw new Error("the ZIP is compressed");
    const size = bytes.readUInt32LE(at + 24);
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    const data = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    files.set(name, bytes.subarray(data, data + size));
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return files;
}
