import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type BinaryFormat,
  type Bqm,
  bqmFromPairs,
  type Cqm,
  cqmFrom,
  dimodBqmFormat,
  dimodCqmFormat,
  energyOf,
  evaluated,
  QuantumError,
} from "../src/index.ts";
import { Random } from "../src/random.ts";
import { randomCqm } from "./cqms.ts";
import { randomModel } from "./models.ts";
import { needsOcean, ocean } from "./ocean.ts";

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

function labelled(model: Bqm, seed: number): Bqm {
  if (seed % 3 === 0) return model;
  const labels = Array.from({ length: model.size }, (_, i) => (i === 2 ? 99 : `v${i}${seed % 3 === 1 ? "" : ' é"/\\'}`));
  return bqmFromPairs({ ...model, labels });
}

const models = Array.from({ length: 12 }, (_, seed) => {
  const size = [0, 1, 2, 7, 20, 40][seed % 6]!;
  return labelled(randomModel(seed, size, { vartype: seed % 2 ? "SPIN" : "BINARY", density: 0.4 }), seed);
});
const cqms = Array.from({ length: 12 }, (_, seed) =>
  randomCqm(seed, {
    reals: seed % 2 === 0,
    soft: seed % 3 === 0,
    discrete: true,
    quadraticConstraints: seed % 4 < 2,
    oddLabels: seed > 5,
  }),
);

test("a BQM file is read back as the same model, and the same model is the same file", () => {
  for (const model of models) {
    const bytes = dimodBqmFormat.bytes(model);
    assert.deepEqual(dimodBqmFormat.parse(bytes), model);
    assert.deepEqual(dimodBqmFormat.bytes(model), bytes);
  }
});

test("a CQM file is read back as the same model, and the same model is the same file", () => {
  for (const cqm of [...cqms, cqmFrom({ variables: [] })]) {
    const bytes = dimodCqmFormat.bytes(cqm);
    assert.deepEqual(dimodCqmFormat.parse(bytes), cqm);
    assert.deepEqual(dimodCqmFormat.bytes(cqm), bytes);
  }
});

test("dimod reads our BQM files with the same energies and labels, and we read its, of either float width", {
  ...needsOcean,
}, () => {
  const random = new Random(1);
  const samples = models.map((m) =>
    Array.from({ length: m.size }, () => (random.unit() < 0.5 ? 1 : m.vartype === "SPIN" ? -1 : 0)),
  );
  const back = ocean(
    `
result = []
for file, sample in zip(given["files"], given["samples"]):
    bqm = dimod.BQM.from_file(base64.b64decode(file))
    energy = bqm.energy(dict(zip(bqm.variables, sample)))
    f32 = dimod.BQM(bqm, dtype="float32").to_file().read()
    result.append({"energy": energy, "labels": list(bqm.variables), "vartype": bqm.vartype.name,
      "file": base64.b64encode(bqm.to_file().read()).decode(), "single": base64.b64encode(f32).decode()})`,
    { files: models.map((m) => base64(dimodBqmFormat.bytes(m))), samples },
  ) as { energy: number; labels: unknown[]; vartype: string; file: string; single: string }[]; // why: the script above writes it
  for (const [k, model] of models.entries()) {
    const { energy, labels, vartype, file, single } = back[k]!;
    assert.ok(Math.abs(energy - energyOf(model, samples[k]!)) < 1e-9);
    assert.deepEqual(labels, model.labels ?? [...Array(model.size).keys()]);
    assert.equal(vartype, model.vartype);
    assert.deepEqual(dimodBqmFormat.parse(fromBase64(file)), model);
    const narrow = dimodBqmFormat.parse(fromBase64(single));
    assert.deepEqual(narrow.biases, Float64Array.from(model.biases, Math.fround));
  }
});

function aSample(cqm: Cqm, seed: number): number[] {
  const random = new Random(seed, 9);
  return cqm.variables.map(({ kind, lower, upper }) => {
    if (kind === "spin") return random.unit() < 0.5 ? -1 : 1;
    return kind === "real" ? lower + random.unit() * (upper - lower) : lower + random.below(upper - lower + 1);
  });
}

test("dimod reads our CQM files with their counts checked and finds the same objective and violations, and we read its", {
  ...needsOcean,
}, () => {
  const samples = cqms.map((cqm, k) => aSample(cqm, k));
  const back = ocean(
    `
result = []
for file, sample in zip(given["files"], given["samples"]):
    raw = base64.b64decode(file)
    cqm = dimod.CQM.from_file(raw)  # compares the header's counts
    named = dict(zip(cqm.variables, sample))
    result.append({"objective": cqm.objective.energy(named), "feasible": bool(cqm.check_feasible(named)),
      "violations": [[k, v] for k, v in cqm.iter_violations(named)], "labels": list(cqm.variables),
      "bounds": [[cqm.vartype(v).name, cqm.lower_bound(v), cqm.upper_bound(v)] for v in cqm.variables],
      "soft": {str(k): [c.lhs.weight(), c.lhs.penalty()] for k, c in cqm.constraints.items() if c.lhs.is_soft()},
      "discrete": sorted(str(d) for d in cqm.discrete),
      "file": None if any("/" in str(k) for k in cqm.constraints) else base64.b64encode(cqm.to_file().read()).decode(),
      "deflated": None if any("/" in str(k) for k in cqm.constraints) else base64.b64encode(cqm.to_file(compress=True).read()).decode()})`,
    { files: cqms.map((cqm) => base64(dimodCqmFormat.bytes(cqm))), samples },
  ) as {
    objective: number;
    feasible: boolean;
    violations: [string, number][];
    labels: unknown[];
    bounds: unknown[];
    soft: Record<string, [number, string]>;
    discrete: string[];
    file: string | null;
    deflated: string | null;
  }[]; // why: the script above writes it
  let [softs, groups, reread] = [0, 0, 0];
  for (const [k, cqm] of cqms.entries()) {
    const answer = back[k]!;
    const { objective, feasible, violations } = evaluated(cqm, samples[k]!);
    assert.ok(Math.abs(answer.objective - objective) < 1e-9);
    assert.equal(answer.feasible, feasible);
    const theirs = new Map(answer.violations);
    for (const { constraint, by } of violations) assert.ok(Math.abs(theirs.get(String(constraint))! - by) < 1e-9);
    assert.deepEqual(
      answer.labels,
      cqm.variables.map((v) => v.label),
    );
    assert.deepEqual(
      answer.bounds,
      cqm.variables.map((v) => [v.kind.toUpperCase(), v.lower, v.upper]),
    );
    const soft = cqm.constraints.flatMap((c) => (c.soft ? [[String(c.label), [c.soft.weight, c.soft.penalty]]] : []));
    assert.deepEqual(answer.soft, Object.fromEntries(soft));
    assert.deepEqual(
      answer.discrete,
      cqm.constraints.filter((c) => c.discrete).map((c) => String(c.label)),
    );
    softs += soft.length;
    groups += answer.discrete.length;
    if (answer.file === null || answer.deflated === null) continue;
    reread++;
    // dimod keeps constraints in no order of its own.
    const sorted = (m: Cqm) => ({
      ...m,
      constraints: m.constraints.toSorted((a, b) => (String(a.label) < String(b.label) ? -1 : 1)),
    });
    assert.deepEqual(sorted(dimodCqmFormat.parse(fromBase64(answer.file))), sorted(cqm));
    assert.deepEqual(sorted(dimodCqmFormat.parse(fromBase64(answer.deflated))), sorted(cqm));
  }
  assert.ok(softs > 5 && groups > 2 && reread > 3, `${softs} soft, ${groups} groups, ${reread} reread`);
});

const formats: [BinaryFormat<unknown>, Uint8Array][] = [
  [dimodBqmFormat, dimodBqmFormat.bytes(models[8]!)],
  [dimodCqmFormat, dimodCqmFormat.bytes(cqms[0]!)],
];
const invalid = (e: unknown) => e instanceof QuantumError && e.code === "FILE_INVALID";

for (const [format, good] of formats) {
  test(`${format.extension}: a file cut anywhere is refused`, () => {
    for (let length = 0; length < good.length; length += 13)
      assert.throws(() => format.parse(good.subarray(0, length)), invalid, `${length}`);
  });

  test(`${format.extension}: a file with damaged bytes is read or refused, but never crashes`, () => {
    const random = new Random(4);
    let refused = 0;
    for (let k = 0; k < 1500; k++) {
      const bytes = good.slice();
      for (let c = 0; c < 3; c++) bytes[random.below(bytes.length)] = random.below(256);
      try {
        format.parse(bytes);
      } catch (e) {
        assert.ok(invalid(e), String(e));
        refused++;
      }
    }
    assert.ok(refused > 100, `${refused}`);
  });

  test(`${format.extension}: a header that promises more than the limit or the file holds is refused`, () => {
    assert.throws(() => format.parse(good, { maxVariables: 1 }), invalid);
    const text = Buffer.from(good).toString("latin1");
    const huge = text.replace(/"(shape":\[|num_variables":)\d+/, '"$1999999').slice(0, text.length);
    assert.throws(() => format.parse(Buffer.from(huge, "latin1")), invalid);
  });
}

test("a CQM archive that would unpack to more than the limit is refused", () => {
  assert.throws(() => dimodCqmFormat.parse(formats[1]![1], { maxBytes: 100 }), invalid);
});
