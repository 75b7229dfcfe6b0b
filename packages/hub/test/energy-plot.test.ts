import assert from "node:assert/strict";
import { test } from "node:test";
import { type EnergyPoint, energyPlot, seconds, short } from "../src/cli/solving/energy-plot.ts";
import { EnergyTrace } from "../src/quantum/energy-trace.ts";

const blank = "\u2800";

test("a plot is as wide and high as asked, falls from the first to the lowest energy, and names both and the times", () => {
  const points: EnergyPoint[] = [
    [10, 0],
    [100, -5],
    [1000, -10],
  ];
  const lines = energyPlot(points, 1000, 20, 4);
  assert.equal(lines.length, 5);
  const cells = lines.slice(0, 4).map((line) => [...line].slice(5));
  assert.ok(cells.every((row) => row.length === 20));
  assert.match(lines[0]!, /^ {2}0 ┤/);
  assert.match(lines[3]!, /^-10 ┤/);
  assert.match(lines[4]!, /╰10 ms ─* 1\.00 s \(logarithmic\)$/);
  assert.notEqual(cells[0]![0], blank, "it begins at the top left");
  assert.notEqual(cells[3]![19], blank, "it ends at the bottom right");
  assert.equal(cells[3]![0], blank);
  assert.equal(cells[0]![19], blank);
  for (let column = 0; column < 20; column++)
    assert.ok(
      cells.some((row) => row[column] !== blank),
      `something in column ${column}`,
    );
});

test("there is no plot of one energy or of none", () => {
  assert.deepEqual(energyPlot([], 100, 20, 4), []);
  assert.deepEqual(energyPlot([[5, -1]], 100, 20, 4), []);
});

test("of many improvements the first quarter may leave the plot, so that the rest is seen", () => {
  const points = Array.from({ length: 16 }, (_, i): EnergyPoint => [1 + i, i < 4 ? 1e6 / (i + 1) : -i]);
  assert.match(energyPlot(points, 20, 20, 4)[0]!, /^ -4 ┤/);
});

test("numbers and times are short", () => {
  assert.deepEqual(
    [short(-13359), short(-0.1 - 0.2), seconds(12.3), seconds(2345), seconds(61_000)],
    ["-13359", "-0.3", "12 ms", "2.35 s", "61.0 s"],
  );
});

test("a trace keeps improvements alone, and its first and last of very many", () => {
  const trace = new EnergyTrace(10);
  assert.deepEqual(
    [5, Number.POSITIVE_INFINITY, 5, 4, 6].map((energy) => trace.note(energy)),
    [true, false, false, true, false],
  );
  for (let energy = 3; energy > -200; energy--) trace.note(energy);
  const energies = trace.points.map(([, energy]) => energy);
  assert.ok(energies.length <= 11 && energies.length > 4);
  assert.deepEqual([energies[0], energies.at(-1)], [5, -199]);
  assert.deepEqual(
    energies,
    energies.toSorted((a, b) => b - a),
  );
});
