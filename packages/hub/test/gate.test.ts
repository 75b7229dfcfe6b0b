import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson } from "../src/base/json.ts";
import { judge, type Scores } from "../src/learning/gate.ts";

const margin = 0.02;

// Scores from "slice: bits per byte" with bytes enough to vote, or [bits, bytes].
function scores(bitsPerByte: number, slices: Readonly<Record<string, number | readonly [number, number]>> = {}): Scores {
  const rows = Object.entries(slices).map(([slice, score]) => {
    const [bits, bytes] = typeof score === "number" ? [score, 10_000] : score;
    return { slice, bytes, bitsPerByte: bits };
  });
  return { bitsPerByte, bytes: rows.reduce((sum, row) => sum + row.bytes, 0), slices: rows };
}

const cases: readonly {
  readonly what: string;
  readonly candidate: Scores;
  readonly champion?: Scores;
  readonly passes: boolean;
  readonly says: RegExp;
}[] = [
  { what: "a first version that beats guessing passes", candidate: scores(7.9), passes: true, says: /first version, at 7\.9000/ },
  { what: "a first version at 8 bits is no better than guessing", candidate: scores(8), passes: false, says: /guessing/ },
  { what: "a first version above 8 bits is refused", candidate: scores(9.5), passes: false, says: /guessing/ },
  {
    what: "one that is better overall and in every slice passes",
    candidate: scores(2.9, { md: 2.8, ts: 3 }),
    champion: scores(3, { md: 3, ts: 3.1 }),
    passes: true,
    says: /2\.9000 bits per byte against the champion's 3\.0000/,
  },
  {
    what: "one that is as good as the champion is refused",
    candidate: scores(3, { md: 3 }),
    champion: scores(3, { md: 3 }),
    passes: false,
    says: /not better/,
  },
  {
    what: "one that is worse overall is refused although no slice is beyond the margin",
    candidate: scores(3.01, { md: 3.01 }),
    champion: scores(3, { md: 3 }),
    passes: false,
    says: /3\.0100 bits per byte is not better than the champion's 3\.0000/,
  },
  {
    what: "a slice worse within the margin does not stop one that is better overall",
    candidate: scores(2.9, { md: 2.5, ts: 3.05 }),
    champion: scores(3, { md: 3, ts: 3 }),
    passes: true,
    says: /no slice worse by more than 2\.0 %/,
  },
  {
    what: "a slice worse beyond the margin stops one that is better overall",
    candidate: scores(2.9, { md: 2.5, ts: 3.1 }),
    champion: scores(3, { md: 3, ts: 3 }),
    passes: false,
    says: /slice "ts" got worse by 3\.3 %, more than 2\.0 %/,
  },
  {
    what: "of several bad slices the worst is named",
    candidate: scores(2.9, { md: 2, ts: 3.1, py: 4, go: 3.2 }),
    champion: scores(3, { md: 3, ts: 3, py: 3, go: 3 }),
    passes: false,
    says: /slice "py" got worse by 33\.3 %/,
  },
  {
    what: "a slice with too little text is shown and does not vote",
    candidate: scores(2.9, { md: 2.8, ts: [6, 2047] }),
    champion: scores(3, { md: 3, ts: [3, 2047] }),
    passes: true,
    says: /against the champion's/,
  },
  {
    what: "a slice with just enough text votes",
    candidate: scores(2.9, { md: 2.8, ts: [6, 2048] }),
    champion: scores(3, { md: 3, ts: [3, 2048] }),
    passes: false,
    says: /slice "ts"/,
  },
  {
    what: "a slice the champion was not examined on does not vote",
    candidate: scores(2.9, { md: 2.8, rs: 7 }),
    champion: scores(3, { md: 3 }),
    passes: true,
    says: /against the champion's/,
  },
  {
    what: "a first version whose loss is not a number is refused",
    candidate: scores(Number.NaN),
    passes: false,
    says: /not a number/,
  },
  { what: "an infinite loss is refused", candidate: scores(Number.POSITIVE_INFINITY), passes: false, says: /not a number/ },
  {
    what: "a loss that is not a number is refused beside a champion too",
    candidate: scores(Number.NaN, { md: Number.NaN }),
    champion: scores(3, { md: 3 }),
    passes: false,
    says: /not a number/,
  },
  {
    what: "a slice that is not a number is refused although the whole is better",
    candidate: scores(2.9, { md: 2.8, ts: Number.NaN }),
    champion: scores(3, { md: 3, ts: 3 }),
    passes: false,
    says: /the loss of slice "ts" is not a number/,
  },
];

for (const { what, candidate, champion, passes, says } of cases) {
  test(what, () => {
    const verdict = judge(candidate, champion, margin);
    assert.equal(verdict.passes, passes, verdict.reason);
    assert.match(verdict.reason, says);
    assert.equal(verdict.champion, champion?.bitsPerByte ?? null);
    assert.equal(verdict.slices.length, candidate.slices.length);
    assert.deepEqual(JSON.parse(canonicalJson(verdict)), verdict, "a verdict can be kept");
  });
}

test("a verdict shows each slice with its change and whether it voted", () => {
  const { slices } = judge(scores(2.9, { md: 3.03, ts: [6, 100], rs: 7 }), scores(3, { md: 3, ts: [3, 100] }), margin);
  const told = slices.map(({ slice, change, votes, passes }) => ({ slice, change: change?.toFixed(2), votes, passes }));
  assert.deepEqual(told, [
    { slice: "md", change: "0.01", votes: true, passes: true },
    { slice: "ts", change: "1.00", votes: false, passes: true },
    { slice: "rs", change: undefined, votes: false, passes: true },
  ]);
});

test("the margin decides: 4 % pass a slice that 3 % refuse", () => {
  const [candidate, champion] = [scores(2.9, { ts: 3.1 }), scores(3, { ts: 3 })];
  assert.equal(judge(candidate, champion, 0.04).passes, true);
  assert.equal(judge(candidate, champion, 0.03).passes, false);
});
