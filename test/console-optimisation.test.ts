/** The console's optimisation page in a browser, against a real hub. With ENTENTE_SCREENSHOTS set to a folder, it is photographed there. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { operator } from "@entente/hub";
import type { Page } from "playwright-core";
import { ConsoleHouse, checkReadable, missingBrowser, photograph } from "./console-browser.ts";

const options = { skip: missingBrowser() };
let house: ConsoleHouse;

const pageAt = (path: string): Promise<Page> => house.pageAt(path);

before(async () => {
  if (options.skip) return;
  house = await ConsoleHouse.open();
});

after(async () => house?.[Symbol.asyncDispose]());

test("a problem in its own terms is solved, and the answer says who solved it and how", options, async () => {
  const page = await pageAt("/");
  await page.getByRole("link", { name: "Optimisation" }).click();
  await page.locator('select[name="problem"]').selectOption({ label: "knapsack" });
  await page.getByRole("button", { name: "Solve", exact: true }).click();
  await page.getByRole("heading", { name: "Answer" }).waitFor();
  await page.getByText("keeps every rule").waitFor();
  assert.ok((await page.locator(".facts").first().textContent())?.includes("reads"));
  await page.getByText("found at once").waitFor();
  await checkReadable(page, "optimisation-knapsack");
  await page.close();
});

test("while it searches the energy is drawn as it falls; then solvers are compared on the same problem", options, async () => {
  const page = await pageAt("/optimisation");
  const quadratic: [number, number, number][] = [];
  for (let i = 0; i < 120; i++)
    for (let step = 1; step < 9; step++) quadratic.push([i, (i + step * step) % 120, (i * step) % 5 < 2 ? 1 : -1]);
  const unique = new Map(
    quadratic.filter(([u, v]) => u !== v).map(([u, v, j]) => [`${Math.min(u, v)} ${Math.max(u, v)}`, [u, v, j]]),
  );
  await page
    .locator('textarea[name="input"]')
    .fill(JSON.stringify({ terms: { vartype: "SPIN", quadratic: [...unique.values()] } }));
  await page.locator('input[name="seconds"]').fill("2.5");
  await page.getByRole("button", { name: "Solve", exact: true }).click();
  await page.getByRole("region", { name: "search" }).locator(".curve").waitFor();
  await photograph(page, "optimisation-searching");
  await page.getByRole("heading", { name: "Answer" }).waitFor();
  await page.locator('input[name="seconds"]').fill("0.2");
  await page.getByRole("button", { name: "Compare solvers" }).click();
  const rows = page.locator('section[aria-labelledby="comparison-title"] tbody tr');
  await rows.first().waitFor();
  await page.getByRole("button", { name: "Solve", exact: true }).waitFor({ timeout: 30_000 });
  assert.ok((await rows.count()) >= 8);
  assert.match((await rows.first().textContent()) ?? "", /annealing|tabu|tempering/);
  assert.match(
    (await page.locator('section[aria-labelledby="comparison-title"]').textContent()) ?? "",
    /exact takes at most 26 variables/,
  );
  await photograph(page, "optimisation-compared");
  await page.close();
});

test("a problem is placed on a chip, and its chains are drawn there", options, async () => {
  const page = await pageAt("/optimisation");
  await page.locator('select[name="problem"]').selectOption({ label: "colouring" });
  await page.getByRole("combobox", { name: "chip" }).selectOption({ label: "Pegasus P4" });
  await page.getByRole("button", { name: "Place it" }).click();
  const drawing = page.locator(".drawing svg");
  await drawing.waitFor();
  assert.ok((await drawing.locator("g").count()) > 3);
  assert.match((await page.locator('section[aria-labelledby="chip-title"]').textContent()) ?? "", /\d+ variables on \d+ qubits/);
  await checkReadable(page, "optimisation-chip");
  await page.close();
});

test("a problem is queued, its end is seen without reloading, and budgets show what is left", options, async () => {
  await house.served.hub.dispatcher.call("quantum_budget_set", { period: "day", limitUs: 600_000 }, { principal: operator });
  const page = await pageAt("/optimisation");
  await page.getByRole("button", { name: "Queue it" }).click();
  const row = page.locator('section[aria-labelledby="queue-title"] tbody tr').first();
  await row.getByText("completed").waitFor({ timeout: 20_000 });
  assert.match((await row.textContent()) ?? "", /from the console/);
  await page.getByText("600 ms of 600 ms left").waitFor();
  await checkReadable(page, "optimisation-queue");
  await page.close();
});

test("input that is no JSON, and a problem that the hub refuses, are told in words", options, async () => {
  const page = await pageAt("/optimisation");
  await page.locator('textarea[name="input"]').fill("{");
  await page.getByRole("button", { name: "Solve", exact: true }).click();
  await page.getByText("wanted JSON").waitFor();
  await page.locator('textarea[name="input"]').fill('{"terms": {"vartype": "SPIN", "quadratic": [["a", "a", 1]]}}');
  await page.getByRole("button", { name: "Solve", exact: true }).click();
  await page
    .getByText(/coupled with itself/)
    .first()
    .waitFor();
  await photograph(page, "optimisation-refused");
  await page.close();
  assert.deepEqual(house.complaints, []);
});
