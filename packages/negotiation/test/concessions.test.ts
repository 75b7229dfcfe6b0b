import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { concessionOf, moveOf, type Step, turningPoints } from "../src/index.ts";

const offer = (by: number, round: number, utilities: readonly number[]): Step => ({ by, round, outcome: [], utilities });

test("a move is named by what it changes for oneself and for the others", () => {
  const named = (own: number, other: number) => moveOf([0.5, 0.5], [0.5 + own, 0.5 + other], 0);
  assert.equal(named(0.1, 0.1), "fortunate");
  assert.equal(named(0.1, -0.1), "selfish");
  assert.equal(named(0.1, 0), "selfish");
  assert.equal(named(-0.1, 0.1), "concession");
  assert.equal(named(-0.1, -0.1), "unfortunate");
  assert.equal(named(-0.1, 0), "unfortunate");
  assert.equal(named(0, 0.1), "nice");
  assert.equal(named(0, -0.1), "selfish");
  assert.equal(named(0, 0), "silent");
  assert.equal(moveOf([0.5, 0.5, 0.5], [0.4, 0.9, 0.3], 0), "unfortunate", "one of the others lost");
});

test("a party's concession is what its offers fell by, and half of it was made by a round", () => {
  const path = [
    offer(0, 0, [1, 0]),
    offer(1, 0, [0, 1]),
    offer(0, 1, [0.9, 0.2]),
    offer(1, 1, [0, 1]),
    offer(0, 2, [0.95, 0.1]),
    offer(0, 3, [0.6, 0.5]),
  ];
  const own = concessionOf(path, 0, { best: 1, full: 0.2 })!;
  assert.deepEqual([own.offers, own.first, own.least, own.last, own.halfBy], [4, 1, 0.6, 0.6, 3]);
  assert.deepEqual(
    own.steps.map(({ round, by }) => [round, by.toFixed(3)]),
    [
      [1, "0.100"],
      [3, "0.300"],
    ],
  );
  assert.ok(Math.abs(own.rate - 0.5) < 1e-12, `${own.rate}: 0.4 of the 0.8 that yielding fully costs`);
  assert.deepEqual([own.moves.concession, own.moves.selfish], [2, 1]);
  const other = concessionOf(path, 1, { best: 1, full: 0 })!;
  assert.deepEqual([other.halfBy, other.rate, other.moves.silent], [undefined, 0, 1]);
  assert.equal(concessionOf(path, 2, { best: 1, full: 0 }), undefined, "it made no offer");
});

test("straight lines through the turning points stay within the tolerance of every value, and the ends are among them", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 }),
      fc.double({ min: 0.01, max: 0.5, noNaN: true }),
      (values, tolerance) => {
        const at = values.map((_, i) => i * 2);
        const turns = turningPoints(at, values, tolerance);
        assert.equal(turns[0], 0);
        assert.equal(turns.at(-1), values.length - 1);
        for (const [i, from] of turns.slice(0, -1).entries()) {
          const to = turns[i + 1]!;
          for (let j = from; j <= to; j++) {
            const line = values[from]! + ((values[to]! - values[from]!) * (j - from)) / (to - from);
            assert.ok(Math.abs(values[j]! - line) <= tolerance + 1e-12);
          }
        }
      },
    ),
    { seed: 61, numRuns: 300 },
  );
  assert.deepEqual(turningPoints([0, 1, 2, 3, 4], [1, 1, 1, 0.5, 0], 0.01), [0, 2, 4], "where the pace changes");
});
