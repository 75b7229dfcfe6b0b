/**
 * The console's pages of negotiations in a browser, against a real hub on which agents bargain. With ENTENTE_SCREENSHOTS set to a folder,
 * they are photographed there.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { operator } from "@entente/hub";
import { deadlineMicro } from "@entente/negotiation";
import { bargainBy } from "@entente/sdk";
import type { Page } from "playwright-core";
import { ConsoleHouse, checkReadable, missingBrowser, photograph } from "./console-browser.ts";

const options = { skip: missingBrowser() };
let house: ConsoleHouse;
const ids: Record<"agreed" | "open" | "none", string> = { agreed: "", open: "", none: "" };

const issues = [
  { name: "price", values: [2, 4, 6, 8, 10], slo: "cost" },
  { name: "time", values: [500, 1000, 20000], slo: "totalMs" },
  { name: "region", values: ["eu", "us"] },
];
const buyer = {
  preferences: {
    weights: { price: 2, time: 2, region: 1 },
    values: {
      price: { 2: 1, 4: 0.75, 6: 0.5, 8: 0.25, 10: 0 },
      time: { 500: 1, 1000: 0.8, 20000: 0.1 },
      region: { eu: 1, us: 0 },
    },
    reservation: 0.3,
  },
};

async function call(tool: string, input: object): Promise<Record<string, unknown>> {
  return (await house.served.hub.dispatcher.call(tool, input, { principal: operator })) as Record<string, unknown>; // why: tools give objects
}

async function negotiated(more: object): Promise<string> {
  const { negotiation } = await call("negotiate_start", {
    subject: "<b>maps</b> & more",
    with: ["seller"],
    issues,
    ...buyer,
    ...more,
  });
  return String(negotiation);
}

const pageAt = (path: string): Promise<Page> => house.pageAt(path);

before(async () => {
  if (options.skip) return;
  house = await ConsoleHouse.open();
  let cost = 1;
  await house.served.hub.addAgent({
    profile: {
      name: "seller",
      description: "Sells maps.",
      skills: [{ id: "draw", name: "Draw", description: "Draws a map" }],
    },
    execute: async () => ({ text: "drawn", cost }),
    negotiate: async (turn) =>
      bargainBy(({ issues: asked, parties, me }) => {
        const evaluations = asked.map(({ values }) => values.map((_, at) => at / Math.max(1, values.length - 1)));
        const preferences = { kind: "additive", weights: [0.7, 0.2, 0.1], evaluations, reservation: 0.2 } as const;
        return deadlineMicro.start({ domain: { issues: asked }, preferences, parties, me, seed: 1 });
      })(turn),
  });
  ids.agreed = await negotiated({ tasks: 5, strategy: "boulware", rounds: 30 });
  const { agreement } = await call("negotiate_status", { id: ids.agreed, waitMs: 20_000 });
  for (const spent of [1, 1, 99]) {
    cost = spent;
    await call("routing_send_message", { text: "draw", agreement });
  }
  await house.served.hub.sla.settled();
  ids.none = await negotiated({ rounds: 1 });
  await call("negotiate_status", { id: ids.none, waitMs: 20_000 });
  const { preferences: _, ...byTool } = buyer;
  ids.open = String(
    (await call("negotiate_start", { subject: "open talks", with: ["seller"], issues, ...byTool, deadlineMs: 600_000 }))
      .negotiation,
  );
});

after(async () => house?.[Symbol.asyncDispose]());

test("the list names every session, and leads to one", options, async () => {
  const page = await pageAt("/");
  await page.getByRole("link", { name: "Negotiations" }).click();
  const rows = page.locator("tbody tr");
  await rows.first().waitFor();
  assert.equal(await rows.count(), 3);
  assert.deepEqual(await page.locator("tbody .pill").allTextContents(), ["open", "no deal", "agreement"]);
  await page.getByRole("link", { name: "<b>maps</b> & more" }).last().click();
  await page.getByRole("heading", { level: 1, name: "<b>maps</b> & more" }).waitFor();
  assert.equal(new URL(page.url()).pathname, `/negotiations/${ids.agreed}`);
  await page.close();
});

test("a session with a deal tells and draws the offers, who conceded, and the agreement with its tasks", options, async () => {
  const page = await pageAt(`/negotiations/${ids.agreed}`);
  await page.getByRole("heading", { name: "What was agreed" }).waitFor();
  const drawings = page.locator(".drawing svg");
  await drawings.nth(1).waitFor();
  assert.equal(await drawings.count(), 2);
  await page.getByText("offers of seller (estimated)").waitFor();
  // The subject stands in the drawing as text, whatever it looks like.
  await drawings.first().locator("text", { hasText: "<b>maps</b> & more" }).waitFor();
  const rows = page.locator("section", { has: page.getByRole("heading", { name: "Who conceded" }) }).locator("tbody tr");
  assert.match((await rows.first().textContent()) ?? "", /operator.*its own preferences.*% of the way.*round/);
  assert.match((await rows.nth(1).textContent()) ?? "", /seller.*estimated from its offers/);
  await page.getByText(/from the Pareto front, .* from the Nash point/).waitFor();
  await page.getByText("all signatures verified").waitFor();
  await page.getByText("3 of 5 begun, 3 ended, 1 broke it").waitFor();
  await page.getByText("broke cost").waitFor();
  const { transcript } = (await call("negotiate_status", { id: ids.agreed })) as { transcript: { act: string }[] }; // why: the tool's own output
  assert.equal(await page.locator(".offers tbody tr").count(), Math.min(20, transcript.length));
  assert.ok((await page.locator(".offers mark").count()) > 0, "what changed is marked");
  await page.getByText("accepts the offer").waitFor();
  await page.close();
});

test("an open session is live: an act is shown without a reload, and the drawings come with what it tells", options, async () => {
  const page = await pageAt(`/negotiations/${ids.open}`);
  await page.getByRole("heading", { name: "On the table" }).waitFor();
  await page.getByText("it is the turn of operator").waitFor();
  await page.getByText(/What operator and seller want is not known before an offer/).waitFor();
  await page.getByText("live", { exact: true }).waitFor();
  await page.evaluate("window.sameDocument = true");
  await call("negotiate_offer", {
    id: ids.open,
    offer: { price: 2, time: 500, region: "eu" },
    text: "a <script>fair</script> start",
  });
  await page.locator(".drawing svg").nth(1).waitFor();
  await page.getByText("a <script>fair</script> start").waitFor();
  assert.equal(await page.evaluate("window.sameDocument"), true);
  assert.equal(await page.locator(".drawing script, .drawing style").count(), 0);
  await page.close();
});

test("a session without a deal says so, and one that is not there is an error with its code", options, async () => {
  const page = await pageAt(`/negotiations/${ids.none}`);
  await page.getByText("no deal", { exact: true }).waitFor();
  await page.getByText(/the time was up|a party walked away/).waitFor();
  await page.goto(new URL("/negotiations/bar_nothing", house.served.url).href);
  await page.getByText("NOT_FOUND").waitFor();
  await photograph(page, "negotiation-error");
  await page.close();
});

test("the pages are readable in light and dark, in order, and fit 390 pixels", options, async () => {
  const page = await pageAt("/negotiations");
  for (const [name, path] of [
    ["list", "/negotiations"],
    ["agreed", `/negotiations/${ids.agreed}`],
    ["open", `/negotiations/${ids.open}`],
    ["none", `/negotiations/${ids.none}`],
  ] as const) {
    await page.goto(new URL(path, house.served.url).href);
    await page.locator("tbody tr").first().waitFor();
    await page.locator(".skeleton").first().waitFor({ state: "detached" });
    await checkReadable(page, `negotiation-${name}`);
  }
  await page.close();
});

test("no page complained", options, () => {
  // What was asked for in vain is the test's own doing.
  assert.deepEqual(
    house.complaints.filter((line) => !line.includes("bar_nothing")),
    [],
  );
});
