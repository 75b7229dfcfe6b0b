/**
 * The console's page of an agent in a browser, against a real hub whose agents are given work by routing. With
 * ENTENTE_SCREENSHOTS set to a folder, it is photographed there.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { operator } from "@entente/hub";
import type { Page } from "playwright-core";
import { ConsoleHouse, checkReadable, missingBrowser } from "./console-browser.ts";

const options = { skip: missingBrowser() };
let house: ConsoleHouse;

const settings: readonly (readonly [string, string])[] = [
  ["sla.totalMs", "2000"],
  ["routing.ejectionMs", "300000"],
];

/** Has an agent do something by routing; what it refuses is part of the picture. */
async function route(agent: string, input: object): Promise<void> {
  const wanted = { skill: "echo", text: "Say it back", allow: [agent], ...input };
  await house.served.hub.dispatcher.call("routing_send_message", wanted, { principal: operator }).catch(() => {});
}

const pageAt = (path: string): Promise<Page> => house.pageAt(path);

before(async () => {
  if (options.skip) return;
  house = await ConsoleHouse.open(settings);
  for (const [name, first] of [
    ["steady", 5],
    ["shaky", 20],
  ] as const) {
    let count = 0;
    await house.served.hub.registry.add(
      {
        profile: {
          name,
          description: "Says back what was said, sooner or later",
          skills: [{ id: "echo", name: "Echo", description: "Says back what was said" }],
        },
        execute: async (task, ctx) => {
          count += 1;
          ctx.status("listening");
          await sleep(first + ((count * 37) % 60));
          if (name === "shaky" && count > 12) throw new Error("lost its voice");
          return { text: task.text };
        },
      },
      house.served.url.origin,
    );
  }
  for (let i = 0; i < 20; i++) await Promise.all([route("steady", {}), route("shaky", {})]);
  house.served.hub.sla.check();
  await house.served.hub.sla.settled();
});

after(async () => house?.[Symbol.asyncDispose]());

test("an agent's page is reached from its card on the overview by keyboard", options, async () => {
  const page = await pageAt("/");
  const link = page.getByRole("link", { name: "steady", exact: true });
  await link.waitFor();
  let reached = false;
  for (let press = 0; press < 60 && !reached; press++) {
    await page.keyboard.press("Tab");
    reached = await link.evaluate((element) => element === element.ownerDocument.activeElement);
  }
  assert.ok(reached, "Tab comes to the agent's name");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "steady" }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/agents/steady");
  // The title follows the page. Asked for again and again: the page's own policy forbids Playwright to wait for it by a string of script.
  for (let tries = 0; !(await page.title()).startsWith("steady · "); tries++) {
    assert.ok(tries < 100, await page.title());
    await page.waitForTimeout(20);
  }
  await page.getByRole("link", { name: "All agents" }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await page.close();
});

test(
  "a healthy agent's page tells its card, its health, its terms with budget, its times and its decisions",
  options,
  async () => {
    const page = await pageAt("/agents/steady");
    await page.getByText("signature verified").waitFor();
    await page.getByText("healthy", { exact: true }).waitFor();
    const terms = page.locator(".terms tbody tr");
    await terms.first().waitFor();
    assert.deepEqual(await terms.locator("td:first-child strong").allTextContents(), [
      "95 % taken within 5.0 s",
      "95 % done within 2.0 s",
      "95 % completed",
    ]);
    assert.equal(await page.locator(".terms").getByText("20 of 20").count(), 3);
    assert.equal(await page.locator(".terms").getByText("kept", { exact: true }).count(), 3);
    await page.getByRole("img", { name: "100 % of the error budget left" }).first().waitFor();
    assert.equal(await page.locator(".times tbody tr").count(), 6, "taken, first result and done, of an hour and of a day");
    await page.getByText("None so far.").waitFor();
    const decision = page.locator(".happenings li").first();
    await decision.getByText("did it", { exact: true }).waitFor();
    await decision
      .getByText(/steady was the only one left .* steady did it in \d+ ms\. Dropped: .* more \(the caller asked for others\)/)
      .waitFor();
    await decision.getByText("Decision as JSON").click();
    await decision.getByText('"outcome": "ok"').first().waitFor();
    await page.close();
  },
);

test("an agent in breach says so: ejected and until when, budget gone, what burns how fast", options, async () => {
  const page = await pageAt("/agents/shaky");
  await page.getByText("ejected", { exact: true }).waitFor();
  await page
    .getByText(/5 failures in a row, the last: .*lost its voice/)
    .first()
    .waitFor();
  await page.getByText("in breach", { exact: true }).first().waitFor();
  await page
    .getByText(/the error budget burns [\d.]+ times as fast as a target of 95.0 % allows/)
    .first()
    .waitFor();
  await page.getByText("failed", { exact: true }).first().waitFor();
  await page.close();
});

test("the page is live: a task that ends is counted without a reload", options, async () => {
  const page = await pageAt("/agents/steady");
  await page.getByText("live", { exact: true }).waitFor();
  await page.locator(".terms").getByText("20 of 20").first().waitFor();
  await page.evaluate("window.sameDocument = true");
  await route("steady", {});
  await page.locator(".terms").getByText("21 of 21").first().waitFor();
  assert.equal(await page.evaluate("window.sameDocument"), true);
  await page.close();
});

test("an agent that is not there is said to be not there", options, async () => {
  const page = await pageAt("/agents/nobody%20here");
  await page.getByRole("heading", { name: "No such agent" }).waitFor();
  await page.close();
});

test("the page is readable in light and dark, in order, and fits 390 pixels", options, async () => {
  const page = await pageAt("/agents/steady");
  for (const name of ["steady", "shaky"]) {
    await page.goto(new URL(`/agents/${name}`, house.served.url).href);
    await page.locator(".happenings li").first().waitFor();
    await page.locator(".skeleton").first().waitFor({ state: "detached" });
    await checkReadable(page, `agent-${name}`);
  }
  await page.close();
});

test("no page complained", options, () => {
  assert.deepEqual(house.complaints, []);
});
