import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { NegotiationError, readGeniusProfile, readGeniusWebProfile, scenarioFromProfiles, utilityOf } from "../src/index.ts";
import { readXml } from "../src/scenario/xml.ts";

const says = (pattern: RegExp) => (thrown: unknown) =>
  thrown instanceof NegotiationError && thrown.code === "SCENARIO_INVALID" && pattern.test(thrown.message);

describe("the XML reader", () => {
  test("reads elements, attributes in either quote, text, CDATA, comments, the five entities and characters by number", () => {
    const root = readXml(`\ufeff<?xml version="1.0"?>
      <!-- a comment -->
      <a x="1 &amp; 2" y='say "&#x263a;"'>one<b/><![CDATA[<two>]]><b n="&lt;"> &#65; </b></a>`);
    assert.equal(root.name, "a");
    assert.deepEqual(root.attributes, { x: "1 & 2", y: 'say "☺"' });
    assert.equal(root.text, "one<two>");
    assert.deepEqual(
      root.children.map(({ name, text, attributes }) => [name, text, attributes]),
      [
        ["b", "", {}],
        ["b", " A ", { n: "<" }],
      ],
    );
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ["a DTD", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', /line 1\): wanted no DTD/],
    ["an entity of one's own", "<a>&x;</a>", /of entities only/],
    ["a character that is none", "<a>&#0;</a>", /of entities only/],
    ["an ampersand that stands alone", "<a>1 & 2</a>", /of entities only/],
    ["a processing instruction", "<a><?php x ?></a>", /no processing instruction/],
    ["tags that cross", "<a>\n<b></a></b>", /line 2\): wanted the end of b/],
    ["an element that does not end", "<a><b>", /wanted the end of b/],
    ["two roots", "<a/><b/>", /one root element/],
    ["text outside", "<a/>x", /nothing outside/],
    ["nothing", "", /a root element/],
    ["an attribute twice", '<a x="1" x="2"/>', /attribute x once/],
    ["an attribute without quotes", "<a x=1/>", /a tag/],
    ["a comment that does not end", "<a><!-- </a>", /wanted -->/],
    ["elements nested without end", "<a>".repeat(100), /at most 64 elements/],
  ];
  for (const [what, xml, message] of refused)
    test(`refuses ${what}, with the line`, () => assert.throws(() => readXml(xml), says(message)));

  test("answers any text with an element or a SCENARIO_INVALID", () => {
    const piece = fc.constantFrom(
      "<a",
      ">",
      "/>",
      "</a>",
      "<a>",
      "<!--",
      "-->",
      "<![CDATA[",
      "]]>",
      "&amp;",
      "&",
      ' x="1"',
      "text",
      "<?xml?>",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 30 }), (pieces) => {
        try {
          assert.equal(typeof readXml(pieces.join("")).name, "string");
        } catch (thrown) {
          assert.ok(says(/./)(thrown), String(thrown));
        }
      }),
      { seed: 71, numRuns: 2000 },
    );
  });
});

const buyer = `<utility_space type="any" number_of_issues="2">
  <objective index="0" etype="objective" type="objective" name="bicycle">
    <issue index="1" etype="discrete" type="discrete" vtype="discrete" name="colour">
      <item index="1" value="red" evaluation="2"/><item index="2" value="green &amp; blue" evaluation="8"/>
    </issue>
    <issue index="2" vtype="integer" lowerbound="10" upperbound="14" name="gears">
      <evaluator ftype="linear" offset="0.2" slope="0.25"/>
    </issue>
    <weight index="2" value="0.6"/><weight index="1" value="0.2"/>
  </objective>
  <discount_factor value="0.9"/><reservation value="0.4"/>
</utility_space>`;
// The same domain, its issues and items in another order.
const seller = `<utility_space>
  <objective name="bicycle">
    <issue index="1" vtype="integer" lowerbound="10" upperbound="14" name="gears"><evaluator ftype="linear" offset="1" slope="-0.25"/></issue>
    <issue index="2" type="discrete" name="colour"><item value="green &amp; blue" evaluation="0"/><item value="red" evaluation="3"/></issue>
    <weight index="1" value="0.5"/><weight index="2" value="0.5"/>
  </objective>
</utility_space>`;

describe("a Genius profile", () => {
  test("gives weights that add up to 1, evaluations by the issue's largest, integers on their line within 0 and 1", () => {
    const { preferences, issues, domainName } = readGeniusProfile(buyer, "buyer");
    assert.equal(domainName, "bicycle");
    assert.deepEqual(issues, [
      { name: "colour", values: ["red", "green & blue"] },
      { name: "gears", values: ["10", "11", "12", "13", "14"] },
    ]);
    assert.ok(preferences.kind === "additive");
    assert.deepEqual(
      preferences.weights.map((one) => one.toFixed(12)),
      ["0.250000000000", "0.750000000000"],
    );
    assert.deepEqual(preferences.evaluations, [
      [0.25, 1],
      [0.2, 0.45, 0.7, 0.95, 1],
    ]);
    assert.deepEqual([preferences.reservation, preferences.discount], [0.4, 0.9]);
  });

  test("joins another with its issues and values in another order", () => {
    const scenario = scenarioFromProfiles([readGeniusProfile(buyer, "buyer"), readGeniusProfile(seller, "seller")]);
    assert.deepEqual(
      scenario.profiles.map(({ name }) => name),
      ["buyer", "seller"],
    );
    const worth = utilityOf(scenario.profiles[1]!.preferences);
    assert.equal(worth([0, 0]), 1, "red, 10 gears");
    assert.equal(worth([1, 4]), 0, "green & blue, 14 gears");
  });

  test("with hyper-rectangles adds up the boxes an outcome lies in; issues that a box does not name are free", () => {
    const { preferences } = readGeniusProfile(
      `<utility_space><objective name="boxes">
        <issue index="1" vtype="integer" name="x"><range lowerbound="5" upperbound="9"/></issue>
        <issue index="2" vtype="integer" name="y"><range lowerbound="0" upperbound="9"/></issue>
      </objective>
      <utility_function maxutility="40"><ufun type="PlainUfun" weight="1" aggregation="sum">
        <hyperRectangle utility="30"><INCLUDES index="1" min="6" max="7"/></hyperRectangle>
        <hyperRectangle utility="10"><INCLUDES index="1" min="7" max="20"/><INCLUDES index="2" min="0" max="4"/></hyperRectangle>
      </ufun></utility_function></utility_space>`,
      "a",
    );
    const worth = utilityOf(preferences);
    assert.deepEqual(
      [
        [0, 0],
        [1, 9],
        [2, 4],
        [2, 5],
        [4, 0],
      ].map((outcome) => worth(outcome)),
      [0, 0.75, 1, 0.75, 0.25],
    );
  });

  test("is refused, with the place, where it cannot be represented or says too little", () => {
    const with_ = (from: string | RegExp, to: string) => () => readGeniusProfile(buyer.replace(from, to), "buyer");
    assert.throws(with_(/vtype="integer"/, 'vtype="real"'), says(/issue\[1\]\.type: wanted discrete or integer/));
    assert.throws(with_("linear", "faratin"), says(/ftype: wanted linear/));
    assert.throws(with_('<weight index="2" value="0.6"/>', ""), says(/weight\[1\]: wanted a number/));
    assert.throws(with_(/ evaluation="\d"/g, ""), says(/is this a domain/));
    assert.throws(with_('upperbound="14"', 'upperbound="99999999"'), says(/upperbound/));
    assert.throws(() => readGeniusProfile("<domain/>", "x"), says(/utility_space/));
    const other = readGeniusProfile(buyer.replaceAll("gears", "wheels"), "other");
    assert.throws(
      () => scenarioFromProfiles([readGeniusProfile(buyer, "buyer"), other]),
      says(/other\.issues.*"gears".*"wheels"/s),
    );
  });
});

const web = {
  LinearAdditiveUtilitySpace: {
    name: "party1",
    issueUtilities: {
      colour: { DiscreteValueSetUtilities: { valueUtilities: { red: 0.25, "green & blue": 1 } } },
      gears: { NumberValueSetUtilities: { lowValue: 10, lowUtility: 0, highValue: 14, highUtility: 0.8 } },
    },
    issueWeights: { colour: 0.4, gears: "0.6" },
    domain: {
      name: "bicycle",
      issuesValues: { colour: { values: ["red", "green & blue"] }, gears: { range: ["10", "14", "1"] } },
    },
    reservationBid: { issuevalues: { colour: "green & blue", gears: 12 } },
  },
};

describe("a GeniusWeb profile", () => {
  test("gives values of sets and ranges, numbers on their line, and the worth of the reservation bid", () => {
    const { name, domainName, issues, preferences } = readGeniusWebProfile(web, "file");
    assert.deepEqual([name, domainName], ["party1", "bicycle"]);
    assert.deepEqual(issues[1], { name: "gears", values: ["10", "11", "12", "13", "14"] });
    const worth = utilityOf(preferences);
    assert.equal(worth([0, 0]), 0.1);
    assert.ok(Math.abs(worth([1, 4]) - 0.88) < 1e-12);
    assert.ok(Math.abs((preferences.reservation ?? 0) - (0.4 + 0.6 * 0.4)) < 1e-12);
    const fine = structuredClone(web);
    fine.LinearAdditiveUtilitySpace.domain.issuesValues.gears.range = ["10", "11", "0.1"];
    assert.equal(
      readGeniusWebProfile({ LinearAdditiveUtilitySpace: { ...fine.LinearAdditiveUtilitySpace, reservationBid: null } }, "x")
        .issues[1]!.values[3],
      "10.3",
    );
  });

  test("and one of Genius about the same domain make one scenario", () => {
    const { profiles } = scenarioFromProfiles([readGeniusWebProfile(web, "web"), readGeniusProfile(seller, "seller")]);
    assert.equal(utilityOf(profiles[1]!.preferences)([0, 0]), 1);
  });

  test("is refused, with the place, where it is wrong", () => {
    const with_ = (change: (space: Record<string, unknown>) => void) => () => {
      const copy = structuredClone(web);
      change(copy.LinearAdditiveUtilitySpace);
      return readGeniusWebProfile(copy, "file");
    };
    assert.throws(
      with_((space) => delete space.issueWeights),
      says(/scenario\.issueWeights: wanted an object/),
    );
    assert.throws(
      with_((space) => Object.assign(space.issueWeights as object, { gears: "much" })),
      says(/issueWeights\.gears: wanted a number/),
    ); // why: as above
    assert.throws(
      with_((space) => Object.assign(space, { reservationBid: { issuevalues: { colour: "red", gears: 9 } } })),
      says(/reservationBid\.issuevalues\.gears/),
    );
    assert.throws(
      with_((space) => Object.assign(space.issueUtilities as object, { colour: { SumUtilities: {} } })),
      says(/issueUtilities\.colour: wanted Discrete/),
    ); // why: as above
    assert.throws(() => readGeniusWebProfile({ PartialOrdering: {} }, "file"), says(/LinearAdditiveUtilitySpace/));
  });
});
