// One model in another form. Text formats know variables by number: what they were called is told beside them. A constrained model becomes
// a binary one by penalties that surely suffice, which are told too; a model without constraints becomes a constrained one as it is.
import {
  type Bqm,
  type Cqm,
  converted,
  cqmBits,
  cqmFrom,
  dimodBqmFormat,
  dimodCqmFormat,
  isingFormat,
  type Label,
  labelOf,
  lpFormat,
  penalised,
  print,
  qFormat,
  quboFormat,
  surePenalties,
  type Vartype,
} from "@entente/quantum";
import type { Json } from "../base/json.ts";
import { type PackAnswer, packed } from "./model-packing.ts";
import type { ProblemSource } from "./problem-source.ts";
import { type ReadProblem, readProblem } from "./reading.ts";

/** What a model can become: JSON, the text formats, and dimod's two files. */
export const conversionTargets = ["bqm-json", "cqm-json", "qubo", "ising", "q", "lp", "bqm", "cqm"] as const;
export type ConversionTarget = (typeof conversionTargets)[number];

/** What to convert, and into what. */
export interface ConvertOrder {
  readonly problem: ProblemSource;
  readonly to: ConversionTarget;
  /** Of a model without constraints, in a form that leaves it open. */
  readonly vartype?: Vartype;
  /** The step of real variables that become bits. */
  readonly resolution?: number;
}

/** The model in its new form: one of `text`, `file` and `json`. */
export interface ConvertAnswer {
  text: string | null;
  /** The bytes of a dimod file. */
  file: Uint8Array | null;
  json: Json | null;
  packed: PackAnswer;
  /** What variable i is called, where the form knows it only by number and it is called otherwise. */
  labels: string[] | null;
  /** What breaking each constraint costs at least, where constraints became penalties. */
  penalties: { constraint: string; penalty: number }[];
  /** Constraints whose slack is not exact. */
  approximate: string[];
}

/** Converts a model. Throws FORMAT_CANNOT_HOLD, CQM_CANNOT_CONVERT and what reading it throws. */
export async function convertModel({ problem, to, vartype, resolution }: ConvertOrder): Promise<ConvertAnswer> {
  const read = await readProblem(problem);
  const bare = { text: null, file: null, json: null, labels: null, penalties: [], approximate: [] };
  if (to === "lp" || to === "cqm" || to === "cqm-json") {
    const model =
      read.kind === "cqm"
        ? read.model
        : to === "lp"
          ? asConstrained(converted(read.model, "BINARY"), lpName)
          : asConstrained(read.model, (label) => label);
    const kept = packed({ kind: "cqm", model });
    if (to === "lp") return { ...bare, text: print(lpFormat, model), packed: kept };
    if (to === "cqm") return { ...bare, file: dimodCqmFormat.bytes(model), packed: kept };
    return { ...bare, json: constrainedJson(model), packed: kept };
  }
  const { model: given, maximise, ...told } = asPlain(read, resolution);
  const wanted: Vartype = to === "qubo" || to === "q" ? "BINARY" : to === "ising" ? "SPIN" : (vartype ?? given.vartype);
  const model = converted(given, wanted);
  const kept = packed({ kind: "bqm", model, maximise });
  const labels = model.labels ? Array.from(model.labels, String) : null;
  switch (to) {
    case "qubo":
      return { ...bare, ...told, text: print(quboFormat, model), labels, packed: kept };
    case "q":
      return { ...bare, ...told, text: print(qFormat, model), labels, packed: kept };
    case "ising":
      return { ...bare, ...told, text: print(isingFormat, model), labels, packed: kept };
    case "bqm":
      return { ...bare, ...told, file: dimodBqmFormat.bytes(model), packed: kept };
    case "bqm-json":
      return { ...bare, ...told, json: plainJson(model), packed: kept };
  }
}

function asPlain(read: ReadProblem, resolution: number | undefined) {
  if (read.kind === "bqm") return { model: read.model, maximise: read.maximise, penalties: [], approximate: [] };
  const bits = cqmBits(read.model, resolution === undefined ? {} : { resolution });
  const penalties = surePenalties(bits);
  return {
    model: penalised(bits, penalties),
    maximise: false,
    penalties: bits.requirements.map(({ constraint }, r) => ({ constraint: String(constraint), penalty: penalties[r]! })),
    approximate: bits.approximate.map(String),
  };
}

function asConstrained(model: Bqm, named: (label: Label) => Label): Cqm {
  const kind = model.vartype === "SPIN" ? ("spin" as const) : ("binary" as const);
  const label = (i: number) => named(labelOf(model, i));
  return cqmFrom({
    variables: Array.from({ length: model.size }, (_, i) => ({ label: label(i), kind })),
    objective: {
      offset: model.offset,
      linear: Array.from(model.linear, (bias, i) => [label(i), bias] as const),
      quadratic: Array.from(model.biases, (bias, k) => [label(model.rows[k]!), label(model.columns[k]!), bias] as const),
    },
  });
}

// A number is no name in an LP file.
function lpName(label: Label): string {
  return typeof label === "number" ? `x${label}` : label;
}

function plainJson(model: Bqm): Json {
  return {
    vartype: model.vartype,
    linear: Array.from(model.linear, (bias, i) => [labelOf(model, i), bias]),
    quadratic: Array.from(model.biases, (bias, k) => [labelOf(model, model.rows[k]!), labelOf(model, model.columns[k]!), bias]),
    offset: model.offset,
  };
}

function constrainedJson({ variables, objective, constraints }: Cqm): Json {
  const name = (i: number) => variables[i]!.label;
  const expression = ({ offset, linear, quadratic }: Cqm["objective"]) => ({
    offset,
    linear: linear.map(([i, bias]) => [name(i), bias]),
    quadratic: quadratic.map(([u, v, bias]) => [name(u), name(v), bias]),
  });
  return {
    variables: variables.map(({ label, kind, lower, upper }) =>
      kind === "binary" || kind === "spin" ? { label, kind } : { label, kind, lower, upper },
    ),
    objective: expression(objective),
    constraints: constraints.flatMap(({ label, left, sense, right, soft, discrete }) =>
      discrete ? [] : [{ label, ...expression(left), sense, right, ...(soft ? { soft: { ...soft } } : {}) }],
    ),
    discrete: constraints.flatMap(({ label, left, discrete }) =>
      discrete ? [{ label, variables: left.linear.map(([i]) => name(i)) }] : [],
    ),
  };
}
