import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { scratch } from "./hub-process.ts";

const main = resolve(import.meta.dirname, "../packages/hub/src/main.ts");
const example = resolve(import.meta.dirname, "../examples/negotiation/service-agreement.json");

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function negotiate(folder: string, args: readonly string[], env: Record<string, string> = {}): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--conditions=entente", main, "negotiate", ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ENTENTE_DATA_DIR: join(folder, "data"), NO_COLOR: "1", ...env },
  });
  return { code: status, out: stdout, err: stderr };
}

test("a negotiation is told in words: first, last and turning offers, the agreement, utilities, distances and who conceded when", () => {
  using folder = scratch();
  const args = [example, "--variant", "relaxed", "--strategies", "deadline-micro,boulware", "--rounds", "20"];
  const { code, out, err } = negotiate(folder.path, args);
  assert.equal(code, 0, err);
  assert.match(out, /^service-agreement, relaxed: 4 issues, 360 outcomes, 32 on the Pareto front/);
  assert.match(out, /^1 +● customer .*price per month/m);
  assert.match(out, /^Agreed in round \d+ on what (customer|provider) offered: price per month \d+ EUR, deadline /m);
  assert.match(out, /Pareto 0\.\d{3} \(\d+ %\), Nash 0\.\d{3}/);
  assert.match(out, /^customer conceded 0\.\d{3}, from .* half of it by round \d+/m);
  assert.match(out, /^provider conceded 0\.\d{3}/m);
  assert.doesNotMatch(out, /│/, "nothing is drawn into a pipe");
  assert.equal(existsSync(join(folder.path, "data")), false, "no hub is opened");
  const drawn = negotiate(folder.path, args, { COLUMNS: "80" });
  assert.match(drawn.out, /★/);
  for (const line of drawn.out.split("\n").filter((one) => one.includes("│"))) assert.ok(line.length <= 80, line);
  assert.equal(negotiate(folder.path, args).out, out, "the same seed plays the same negotiation");
});

test("--json gives the same as data, and --svg draws it", () => {
  using folder = scratch();
  const svg = join(folder.path, "deal.svg");
  const { code, out, err } = negotiate(folder.path, [example, "--json", "--variant", "relaxed", "--rounds", "20", "--svg", svg]);
  assert.equal(code, 0, err);
  const data = JSON.parse(out);
  assert.equal(data.scenario, "service-agreement");
  assert.equal(data.result.outcome, "agreement");
  assert.deepEqual(Object.keys(data.result.agreement), ["price per month", "deadline", "quality", "data region"]);
  assert.ok(data.path.length > 2 && data.path.every((one: { utilities: number[] }) => one.utilities.length === 2));
  const agreed = data.path.findLast(
    (one: { offer: object }) => JSON.stringify(one.offer) === JSON.stringify(data.result.agreement),
  );
  assert.deepEqual(
    data.parties.map((party: { utility: number }) => party.utility),
    agreed.utilities,
  );
  assert.match(
    readFileSync(svg, "utf8"),
    /^<svg .*<title id="space-title">Utility space of service-agreement, relaxed<\/title>/s,
  );
  assert.match(readFileSync(join(folder.path, "deal-rounds.svg"), "utf8"), /^<svg /);
});

test("a discount is taken off what is agreed late, and no agreement has an exit code of its own", () => {
  using folder = scratch();
  const { parties } = JSON.parse(
    negotiate(folder.path, [example, "--json", "--variant", "impatient customer", "--rounds", "20"]).out,
  );
  assert.ok(parties[0].discountedUtility < parties[0].utility && parties[1].discountedUtility === parties[1].utility);
  const none = join(folder.path, "none.json");
  const profile = (name: string, row: number[]) => ({ name, weights: [1], evaluations: [row] });
  const issues = [{ name: "price", values: ["low", "high"] }];
  const variants = [{ variant: "apart", reservation: [0.9, 0.9] }];
  writeFileSync(none, JSON.stringify({ id: "none", issues, profiles: [profile("a", [1, 0]), profile("b", [0, 1])], variants }));
  const { code, out } = negotiate(folder.path, [none, "--rounds", "10"]);
  assert.equal(code, 5);
  assert.match(out, /^No agreement after 10 rounds: the rounds were over/m);
  assert.match(out, /No outcome is rational for everybody/);
});

test("a tournament plays every strategy against every other, and several variants make a table", () => {
  using folder = scratch();
  const { rows, sessions } = JSON.parse(
    negotiate(folder.path, [example, "--json", "--tournament", "--variant", "relaxed", "--rounds", "10"]).out,
  );
  assert.equal(sessions, rows.length ** 2);
  assert.ok(rows.length >= 6);
  const { out } = negotiate(folder.path, [example, "--tournament", "--strategies", "boulware,conceder", "--rounds", "10"]);
  assert.match(out, /^boulware +0\.\d{3} +± /m);
  assert.match(out, /^12 negotiations of at most 10 rounds/m);
  assert.match(negotiate(folder.path, [example]).out, /^service-agreement, impatient customer +agreed/m);
});

test("profiles of Genius and GeniusWeb, a file for each party, are played as one scenario", () => {
  using folder = scratch();
  const [xml, json] = [join(folder.path, "shop.xml"), join(folder.path, "rider.json")];
  writeFileSync(
    xml,
    `<utility_space><objective name="bicycle"><issue index="1" vtype="discrete" name="price">
      <item value="low" evaluation="1"/><item value="middle" evaluation="7"/><item value="high" evaluation="9"/>
    </issue><weight index="1" value="1"/></objective></utility_space>`,
  );
  const rider = {
    issueUtilities: { price: { DiscreteValueSetUtilities: { valueUtilities: { low: 1, middle: 0.8, high: 0.1 } } } },
    issueWeights: { price: 1 },
    domain: { name: "bicycle", issuesValues: { price: { values: ["low", "middle", "high"] } } },
  };
  writeFileSync(json, JSON.stringify({ LinearAdditiveUtilitySpace: rider }));
  const { code, out, err } = negotiate(folder.path, [xml, json, "--json", "--rounds", "20"]);
  assert.equal(code, 0, err);
  const { scenario, parties, result } = JSON.parse(out);
  assert.deepEqual([scenario, parties.map((party: { name: string }) => party.name)], ["bicycle", ["shop", "rider"]]);
  assert.deepEqual(result.agreement, { price: "middle" });
  const alone = negotiate(folder.path, [xml]);
  assert.match(alone.err, /wanted the profiles of all parties/);
  assert.equal(alone.code, 2);
});

test("what is wrong on the command line is named, with the nearest name, and ends with code 2", () => {
  using folder = scratch();
  const broken = join(folder.path, "broken.json");
  writeFileSync(broken, "{");
  const other = join(folder.path, "other.json");
  writeFileSync(other, '{"subject": "a plan"}');
  const cases: readonly (readonly [RegExp, readonly string[]])[] = [
    [/--strategies: wanted one of .*micro.*did you mean micro\?/, [example, "--strategies", "micor"]],
    [/--strategies: wanted one name, or 2/, [example, "--strategies", "micro,micro,micro"]],
    [/--variant: wanted one of relaxed, tight, .*did you mean relaxed\?/, [example, "--variant", "relaxt"]],
    [/--scenario: wanted one of service-agreement/, [example, "--scenario", "x"]],
    [/--rounds: wanted a whole number from 1/, [example, "--rounds", "0"]],
    [/--seed: wanted a number/, [example, "--seed", "one"]],
    [/--svg: wanted one scenario and variant/, [example, "--svg", "x.svg"]],
    [/<files\.\.\.>: wanted a scenario file.*ENOENT/, ["nowhere.json"]],
    [/<files\.\.\.>: wanted a scenario file.*neither JSON nor XML/, [broken]],
    [/<files\.\.\.>: wanted a scenario file.*other\.json: scenario\.id: wanted a name; got undefined/, [other]],
    [/<files\.\.\.>: wanted a scenario file.*other\.json: scenario\.LinearAdditiveUtilitySpace/, [other, other]],
  ];
  for (const [says, args] of cases) {
    const { code, err } = negotiate(folder.path, args);
    assert.match(err, says);
    assert.equal(code, 2, err);
  }
});
