import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  bargain,
  boulware,
  conceder,
  deadlineMicro,
  linear,
  roundsPlot,
  type Scenario,
  spacePlot,
  surveyOf,
} from "../src/index.ts";
import { ticks, yOf } from "../src/plots/chart.ts";
import { readXml, type XmlElement } from "../src/scenario/xml.ts";

const scenario: Scenario = {
  name: 'price & "term" <both>',
  domain: {
    issues: [
      { name: "price", values: ["1", "2", "3", "4"] },
      { name: "term", values: ["1", "2", "3"] },
    ],
  },
  profiles: ["A & Co", "<B>"].map((name, p) => ({
    name,
    preferences: {
      kind: "additive",
      weights: p === 0 ? [0.7, 0.3] : [0.4, 0.6],
      evaluations:
        p === 0
          ? [
              [1, 0.6, 0.3, 0],
              [0, 0.5, 1],
            ]
          : [
              [0, 0.3, 0.6, 1],
              [1, 0.5, 0],
            ],
      reservation: 0.2,
    },
  })),
};
const survey = surveyOf(scenario);
const played = bargain(scenario, [boulware, conceder], { rounds: 30 });

const every = (element: XmlElement): XmlElement[] => [element, ...element.children.flatMap(every)];
const words = (svg: string) => every(readXml(svg)).map(({ text }) => text.trim());

test("a plot is well-formed SVG with a title and a description that its role points to, whatever the names are", () => {
  for (const svg of [spacePlot(survey, played), roundsPlot(survey, played), spacePlot(survey, undefined)]) {
    const root = readXml(svg);
    assert.equal(root.attributes.role, "img");
    const ids = (root.attributes["aria-labelledby"] ?? "").split(" ");
    assert.deepEqual(
      ids.map((id) => every(root).find((one) => one.attributes.id === id)?.name),
      ["title", "desc"],
    );
    assert.ok(words(svg).some((text) => text.includes('price & "term" <both>')));
  }
});

test("a plot fetches nothing, runs nothing, and is drawn in the colour of the text around it", () => {
  for (const svg of [spacePlot(survey, played), roundsPlot(survey, played)]) {
    assert.doesNotMatch(svg.replace('xmlns="http://www.w3.org/2000/svg"', ""), /https?:|<script|url\(|@import|href/);
    assert.match(svg, /color="currentColor" fill="currentColor"/);
  }
});

test("the space plot shows the parties, the front, the solutions, the agreement and the reservations", () => {
  const texts = words(spacePlot(survey, played));
  for (const wanted of [
    "utility of A & Co",
    "utility of <B>",
    "offers of A & Co",
    "offers of <B>",
    "Pareto front",
    "agreement",
    "reservations",
  ])
    assert.ok(texts.includes(wanted), wanted);
  assert.ok(texts.some((text) => text.includes("Nash")));
  assert.ok(!words(spacePlot(survey, undefined)).includes("agreement"));
  assert.match(texts.join(" "), /After \d+ offers the agreement gives A & Co 0\.\d{3}/);
});

test("everything of a plot lies on its paper, for any scenario, also where nothing was agreed", () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  const row = (size: number) => fc.array(unit, { minLength: size, maxLength: size });
  const profile = fc.tuple(row(2), row(3), row(4), unit);
  fc.assert(
    fc.property(fc.tuple(profile, profile), fc.integer({ min: 1, max: 20 }), (given, rounds) => {
      const random: Scenario = {
        name: "random",
        domain: { issues: [3, 4].map((size, k) => ({ name: `${k}`, values: Array.from({ length: size }, (_, v) => `${v}`) })) },
        profiles: given.map(([weights, first, second, reservation], p) => ({
          name: `${p}`,
          preferences: { kind: "additive", weights, evaluations: [first, second], reservation },
        })),
      };
      const found = surveyOf(random);
      const bargained = bargain(random, [deadlineMicro, linear], { rounds });
      for (const svg of [spacePlot(found, bargained), roundsPlot(found, bargained)]) {
        assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
        const { width, height } = readXml(svg).attributes;
        for (const { name, attributes } of every(readXml(svg))) {
          if (name !== "circle" && name !== "text") continue;
          const [x, y] = [Number(attributes.cx ?? attributes.x ?? 0), Number(attributes.cy ?? attributes.y ?? 0)];
          assert.ok(x >= 0 && x <= Number(width) && y >= 0 && y <= Number(height), `${name} at ${x} ${y}`);
        }
      }
    }),
    { seed: 81, numRuns: 60 },
  );
});

test("ticks are round numbers inside the range, and a higher utility is drawn higher", () => {
  assert.deepEqual(ticks({ low: 0, high: 1 }, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(ticks({ low: 1, high: 4 }, 10, true), [1, 2, 3, 4]);
  const chart = { left: 0, top: 10, width: 100, height: 100, xs: { low: 0, high: 1 }, ys: { low: 0, high: 1 } };
  assert.deepEqual([yOf(chart, 1), yOf(chart, 0)], [10, 110]);
});
