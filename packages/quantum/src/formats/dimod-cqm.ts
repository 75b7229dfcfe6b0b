// dimod's file of a constrained quadratic model, version 2.0: a header with counts, then a ZIP archive with the variables' kinds and
// bounds, their labels, the objective, and a folder per constraint. An expression names its variables by index of the model, and its
// couplings by index of that list. A label with a slash is written with \u002f: dimod cuts paths at slashes and could not read its own.
import { QuantumError } from "../errors.ts";
import type { Label } from "../models/bqm.ts";
import { type Constraint, type Cqm, type CqmVariable, checkedCqm, type Sense, variableFrom } from "../models/cqm.ts";
import { type Domain, type Expression, expressionFrom, variablesOf } from "../models/expression.ts";
import type { BinaryFormat, BinaryLimits } from "./binary-format.ts";
import { ByteReader, isNumberType } from "./byte-reader.ts";
import {
  ascii,
  asciiJson,
  dimodHeader,
  labelFromJson,
  labelsFromJson,
  readDimodHeader,
  readSection,
  section,
} from "./dimod-header.ts";
import { archiveOf, withArchive } from "./zip.ts";

const name = "dimod CQM";
const magic = "DIMODCQM";
const expressionMagic = "DIMODEXPR";
const kinds = ["binary", "spin", "integer", "real"] as const; // by dimod's number
const variableBytes = 17;

/** Constrained quadratic models as dimod's `to_file` writes and `from_file` reads them. */
export const dimodCqmFormat: BinaryFormat<Cqm> = { name, extension: ".cqm", bytes, parse };

function bytes(cqm: Cqm): Uint8Array {
  const { variables, objective, constraints } = cqm;
  const files: Record<string, Uint8Array> = { varinfo: section("VTYP", variableTable(variables)) };
  const labels = variables.map((v) => v.label);
  if (!labels.every((label, i) => label === i)) files["variable_labels.json"] = ascii(asciiJson(labels));
  files.objective = expressionBytes(objective, "ObjectiveView");
  for (const { label, left, sense, right, soft, discrete } of constraints) {
    const folder = `constraints/${asciiJson(label).replaceAll("/", "\\u002f")}`;
    files[`${folder}/lhs`] = expressionBytes(left, "ConstraintView");
    files[`${folder}/rhs`] = float(right);
    files[`${folder}/sense`] = ascii(sense);
    if (discrete) files[`${folder}/discrete`] = Uint8Array.of(1);
    if (!soft) continue;
    files[`${folder}/weight`] = float(soft.weight);
    files[`${folder}/penalty`] = ascii(soft.penalty);
  }
  return withArchive(dimodHeader(magic, counts(cqm)), files);
}

// What dimod counts, over the objective and every constraint; it compares them when reading.
function counts({ variables, objective, constraints }: Cqm): Readonly<Record<string, number>> {
  const all = [objective, ...constraints.map((c) => c.left)];
  const isReal = (i: number) => variables[i]!.kind === "real";
  const coupled = ({ quadratic }: Expression) => [...new Set(quadratic.flatMap(([u, v]) => (u === v ? [u] : [u, v])))];
  const sum = (of: readonly Expression[], count: (e: Expression) => number) => of.reduce((total, e) => total + count(e), 0);
  return {
    num_variables: variables.length,
    num_constraints: constraints.length,
    num_biases: sum(all, (e) => variablesOf(e).length + e.quadratic.length),
    num_quadratic_variables: sum(all.slice(1), (e) => coupled(e).length),
    num_quadratic_variables_real: sum(all, (e) => coupled(e).filter(isReal).length),
    num_linear_biases_real: sum(all, (e) => variablesOf(e).filter(isReal).length),
    num_weighted_constraints: constraints.filter((c) => c.soft).length,
  };
}

function variableTable(variables: readonly CqmVariable[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(variableBytes * variables.length));
  for (const [i, { kind, lower, upper }] of variables.entries()) {
    view.setInt8(variableBytes * i, kinds.indexOf(kind));
    view.setFloat64(variableBytes * i + 1, lower, true);
    view.setFloat64(variableBytes * i + 9, upper, true);
  }
  return new Uint8Array(view.buffer);
}

function expressionBytes(expression: Expression, type: "ObjectiveView" | "ConstraintView"): Uint8Array {
  const indexes = variablesOf(expression);
  const at = new Map(indexes.map((index, k) => [index, k]));
  const biases = new Map(expression.linear);
  const { quadratic } = expression;
  const couplings = new DataView(new ArrayBuffer(16 * quadratic.length));
  for (const [k, [u, v, bias]] of quadratic.entries()) {
    couplings.setInt32(16 * k, at.get(v)!, true); // the greater index first, as dimod has it
    couplings.setInt32(16 * k + 4, at.get(u)!, true);
    couplings.setFloat64(16 * k + 8, bias, true);
  }
  const shape = [indexes.length, quadratic.length];
  return Buffer.concat([
    dimodHeader(expressionMagic, { dtype: "float64", itype: "int32", shape, type }),
    section("INDX", new Uint8Array(Int32Array.from(indexes).buffer)),
    section("OFFS", float(expression.offset)),
    section("LINB", new Uint8Array(Float64Array.from(indexes, (i) => biases.get(i) ?? 0).buffer)),
    section("QUAD", new Uint8Array(couplings.buffer)),
  ]);
}

function float(value: number): Uint8Array {
  return new Uint8Array(Float64Array.of(value).buffer);
}

function parse(file: Uint8Array, { maxVariables = 1_000_000, maxBytes = 2 ** 30 }: BinaryLimits = {}): Cqm {
  const reader: ByteReader = new ByteReader(name, file);
  const size = readDimodHeader(reader, magic).num_variables;
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) reader.wrong("num_variables as a whole number", size);
  if (size > maxVariables) reader.wrong(`at most ${maxVariables} variables`, size);
  const files = new Map(Object.entries(archiveOf(name, file, maxBytes)));
  const open = (path: string): ByteReader => {
    const found = files.get(path);
    if (!found) throw new QuantumError("FILE_INVALID", { format: name, where: "archive", wanted: `a file ${path}`, got: "none" });
    return new ByteReader(`${name}, ${path}`, found);
  };
  return sound(() => {
    const variables = readVariables(
      open("varinfo"),
      size,
      files.has("variable_labels.json") ? open("variable_labels.json") : undefined,
    );
    const folders = new Set<string>();
    for (const path of files.keys()) if (path.startsWith("constraints/")) folders.add(path.slice(0, path.lastIndexOf("/")));
    const constraints = Array.from(folders, (folder): Constraint => {
      const named = new ByteReader(`${name}, ${folder}`, ascii(folder.slice("constraints/".length)));
      const label = labelFromJson(named, named.json("label", named.left));
      const left = readExpression(open(`${folder}/lhs`), variables);
      const right = open(`${folder}/rhs`).number("right side", "float64");
      const sense = whole(open(`${folder}/sense`)) as Sense; // why: checkedCqm refuses any other text
      const soft = files.has(`${folder}/weight`)
        ? {
            weight: open(`${folder}/weight`).number("weight", "float64"),
            penalty: whole(open(`${folder}/penalty`)) as "linear", // why: checkedCqm refuses any other text
          }
        : undefined;
      const discrete = files.has(`${folder}/discrete`) && open(`${folder}/discrete`).number("discrete", "uint8") === 1;
      return { label, left, sense, right, ...(soft ? { soft } : {}), ...(discrete ? { discrete: true as const } : {}) };
    });
    return checkedCqm({ variables, objective: readExpression(open("objective"), variables), constraints });
  });
}

function readVariables(reader: ByteReader, size: number, labelFile: ByteReader | undefined): readonly CqmVariable[] {
  const table = new ByteReader(reader.format, readSection(reader, "VTYP"));
  table.need("variables", size, variableBytes);
  const labels = labelFile ? labelsFromJson(labelFile, labelFile.json("labels", labelFile.left), size) : undefined;
  return Array.from({ length: size }, (_, i) => {
    const number = table.number("kind", "int8");
    const kind = kinds[number] ?? table.wrong("a kind from 0 to 3", number);
    const lower = table.number("lower bound", "float64");
    const upper = table.number("upper bound", "float64");
    const label: Label = labels?.[i] ?? i;
    return variableFrom(kind === "integer" || kind === "real" ? { label, kind, lower, upper } : { label, kind });
  });
}

function readExpression(reader: ByteReader, domains: readonly Domain[]): Expression {
  const { shape, dtype, itype } = readDimodHeader(reader, expressionMagic);
  if (!isNumberType(dtype) || !isNumberType(itype)) reader.wrong("dtype and itype as number types", [dtype, itype]);
  if (!Array.isArray(shape) || shape.length !== 2 || !shape.every((v) => Number.isSafeInteger(v) && v >= 0))
    reader.wrong("a shape [variables, couplings]", shape);
  const [size, count] = shape as [number, number]; // why: checked above
  const part = (of: "INDX" | "OFFS" | "LINB" | "QUAD") => new ByteReader(`${reader.format}, ${of}`, readSection(reader, of));
  const index = (from: ByteReader, below: number): number => {
    const value = from.number("index", itype);
    return value >= 0 && value < below ? value : from.wrong(`an index from 0 to ${below - 1}`, value);
  };
  const indexPart: ByteReader = part("INDX");
  indexPart.need("indexes", size, 1);
  const indexes = Array.from({ length: size }, () => index(indexPart, domains.length));
  if (new Set(indexes).size !== size) indexPart.wrong("each variable once", indexes);
  const offset = part("OFFS").number("offset", dtype);
  const linearPart = part("LINB");
  const linear = indexes.map((i) => [i, linearPart.number("linear bias", dtype)] as const);
  const quadraticPart = part("QUAD");
  quadraticPart.need("couplings", count, 8);
  const quadratic = Array.from({ length: count }, () => {
    const [u, v] = [indexes[index(quadraticPart, size)]!, indexes[index(quadraticPart, size)]!];
    return [u, v, quadraticPart.number("coupling", dtype)] as const;
  });
  return expressionFrom("expression", domains, { offset, linear, quadratic });
}

function whole(reader: ByteReader): string {
  return reader.text("text", reader.left);
}

// What is wrong with the model is wrong with the file.
function sound(read: () => Cqm): Cqm {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof QuantumError) || cause.code === "FILE_INVALID") throw cause;
    throw new QuantumError(
      "FILE_INVALID",
      { format: name, where: "the model", wanted: "a sound one", got: cause.message },
      { cause },
    );
  }
}
