import assert from "node:assert/strict";
import { createReadStream, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { test } from "node:test";
import {
  chunks,
  converted,
  energyOf,
  isingFormat,
  maxCutFormat,
  parse,
  print,
  QuantumError,
  qFormat,
  quboFormat,
  read,
  type TextFormat,
} from "../src/index.ts";
import { randomModel } from "./models.ts";
import { sharedData } from "./shared-data.ts";

const refused = (code: string, text: RegExp) => (e: unknown) =>
  e instanceof QuantumError && e.code === code && text.test(e.message);

for (const format of [qFormat, quboFormat, isingFormat]) {
  test(`${format.extension}: what is written is read back as the same model, offset and unused variables included`, () => {
    for (let seed = 0; seed < 10; seed++) {
      const model = randomModel(seed, 9, {
        vartype: format === isingFormat ? "SPIN" : "BINARY",
        density: 0.3,
        whole: seed % 2 === 0,
      });
      assert.deepEqual(parse(format, print(format, model)), model);
      assert.equal([...chunks(format, model)].join(""), print(format, model));
    }
  });

  test(`${format.extension}: a model of the other vartype is refused, not silently converted`, () => {
    const other = randomModel(1, 3, { vartype: format === isingFormat ? "BINARY" : "SPIN" });
    assert.throws(() => print(format, other), refused("FORMAT_CANNOT_HOLD", /convert it/));
  });
}

test(".mc: what is written is read back as the same graph", () => {
  const text = "4 3\n1 2 1\n1 4 -2.5\n3 4 1e-3\n";
  const graph = parse(maxCutFormat, text);
  assert.deepEqual(parse(maxCutFormat, print(maxCutFormat, graph)), graph);
  assert.deepEqual([...graph.weights], [1, -2.5, 0.001]);
});

test(".q means maximise the diagonal plus twice the pairs", () => {
  const model = parse(qFormat, "2 3\n1 1 5\n2 2 -1\n2 1 3\n");
  assert.equal(-energyOf(model, [1, 1]), 5 - 1 + 2 * 3);
  assert.equal(-energyOf(model, [1, 0]), 5);
});

test(".qubo: comments, any spacing and Windows line ends are read", () => {
  const model = parse(quboFormat, "c a comment\r\np qubo 0 3 2 1\r\n 0 0\t 1\r\n2 2 -1.5e0\r\n\r\n0 2  4\r\n");
  assert.equal(model.size, 3);
  assert.equal(energyOf(model, [1, 0, 1]), 1 - 1.5 + 4);
});

test("a stream cut at any byte reads the same as the whole text", async () => {
  const model = converted(randomModel(4, 6), "BINARY");
  const bytes = new TextEncoder().encode(print(quboFormat, model));
  for (let cut = 0; cut <= bytes.length; cut += 7) {
    assert.deepEqual(await read(quboFormat, [bytes.subarray(0, cut), bytes.subarray(cut)]), model);
  }
});

const hostile: [string, TextFormat<unknown>, string, string, RegExp][] = [
  ["an empty file", qFormat, "", "FORMAT_SYNTAX", /line 1: wanted a header "n m"; got "end of file"/],
  ["a header of one number", maxCutFormat, "5\n", "FORMAT_SYNTAX", /line 1: wanted a header/],
  ["a header with a negative size", maxCutFormat, "-5 1\n", "FORMAT_SYNTAX", /line 1/],
  [
    "a header that promises a billion variables",
    qFormat,
    "1000000001 1\n",
    "FORMAT_TOO_LARGE",
    /line 1: at most 1000000 variables/,
  ],
  ["fewer entries than promised", maxCutFormat, "3 2\n1 2 1\n", "FORMAT_COUNT_WRONG", /promises 2 entries; the file has 1/],
  ["more entries than promised", maxCutFormat, "3 1\n1 2 1\n2 3 1\n", "FORMAT_COUNT_WRONG", /promises 1 entries; the file has 2/],
  ["an index above the size", qFormat, "3 1\n1 4 1\n", "FORMAT_SYNTAX", /line 2: wanted an index from 1 to 3; got "4"/],
  ["an index of 0 in a file that counts from 1", isingFormat, "3 1\n0 1 1\n", "FORMAT_SYNTAX", /line 2/],
  ["an index above the size of a qbsolv file", quboFormat, "p qubo 0 3 0 1\n0 3 1\n", "FORMAT_SYNTAX", /from 0 to 2; got "3"/],
  ["an index that is no whole number", qFormat, "3 1\n1 1.5 1\n", "FORMAT_SYNTAX", /line 2/],
  ["NaN as a bias", qFormat, "3 1\n1 1 NaN\n", "FORMAT_SYNTAX", /line 2: wanted a finite number; got "NaN"/],
  ["Infinity as a bias", quboFormat, "p qubo 0 1 1 0\n0 0 Infinity\n", "FORMAT_SYNTAX", /line 2/],
  ["a number that overflows", qFormat, "1 1\n1 1 1e999\n", "FORMAT_SYNTAX", /line 2/],
  ["a hexadecimal number", qFormat, "1 1\n1 1 0x10\n", "FORMAT_SYNTAX", /line 2/],
  [
    "a pair given twice",
    maxCutFormat,
    "3 2\n1 2 1\n1 2 1\n",
    "FORMAT_PAIR_REPEATED",
    /line 3: the pair \(1,2\) was already given in line 2/,
  ],
  [
    "a pair given both ways round",
    qFormat,
    "3 3\n1 1 1\n2 3 1\n3 2 1\n",
    "FORMAT_PAIR_REPEATED",
    /line 4: the pair \(3,2\) .* line 3/,
  ],
  ["a diagonal entry given twice", quboFormat, "p qubo 0 1 2 0\n0 0 1\n0 0 1\n", "FORMAT_PAIR_REPEATED", /line 3/],
  ["a loop in a graph", maxCutFormat, "3 1\n2 2 1\n", "BQM_SELF_COUPLING", /variable 1/],
  ["four fields", isingFormat, "3 1\n1 2 1 9\n", "FORMAT_SYNTAX", /three fields/],
  ["wrong qbsolv keywords", quboFormat, "p cnf 0 3 0 0\n", "FORMAT_SYNTAX", /p qubo/],
  ["wrong qbsolv counts", quboFormat, "p qubo 0 2 2 0\n0 0 1\n", "FORMAT_COUNT_WRONG", /2 nodes; the file has 1/],
  ["a line without end", qFormat, `2 1\n${"1".repeat(5000)}`, "FORMAT_TOO_LARGE", /characters in a line/],
];

for (const [what, format, text, code, message] of hostile) {
  test(`${format.extension}: ${what} is refused with ${code}`, async () => {
    assert.throws(() => parse(format, text), refused(code, message));
    await assert.rejects(read(format, [text.slice(0, 5), text.slice(5)]), refused(code, message));
  });
}

test("reading a stream stops when its signal is aborted", async () => {
  const controller = new AbortController();
  const endless = Readable.from(
    (async function* () {
      yield "10 1\n";
      controller.abort();
      for (;;) yield "# more\n";
    })(),
  );
  await assert.rejects(read(qFormat, endless, { signal: controller.signal }), { name: "AbortError" });
});

const g1 = sharedData("qubo/G1.mc");
test("G1 read as a stream has 800 nodes, 19,176 edges of weight 1, and equals the parsed text", {
  skip: g1 ? false : "needs shared/data/qubo/G1.mc",
}, async () => {
  const graph = await read(maxCutFormat, createReadStream(g1!));
  assert.deepEqual([graph.size, graph.weights.length, graph.weights.every((w) => w === 1)], [800, 19176, true]);
  assert.deepEqual(parse(maxCutFormat, readFileSync(g1!, "utf8")), graph);
});
