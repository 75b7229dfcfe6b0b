import assert from "node:assert/strict";
import { test } from "node:test";
import type { HubEvent } from "../src/hub/event.ts";
import { narrate } from "../src/narrator.ts";

const event = (kind: string, data: HubEvent["data"], subject = "x"): HubEvent => ({
  seq: 1,
  at: 0,
  kind,
  actor: "somebody",
  subject,
  data,
  hash: "",
});

test("a bid is told with its price, its time, its quality and its reason", () => {
  const bid = { type: "propose", price: 2.05, promisedMs: 2000, quality: 0.63, details: { reason: "quick" } };
  assert.deepEqual(narrate(event("negotiation.event", bid)), {
    text: "bids 2.05 credits, 2.0 s, quality 0.63: quick",
    tone: "plain",
    news: true,
  });
});

test("a promise that was kept is good news, a late one a warning, a broken one bad", () => {
  const times = { about: "train", elapsedMs: 3000, promisedMs: 2000, problem: "gone" };
  const tones = ["fulfilled", "late", "failed"].map((how) => narrate(event(`agreement.${how}`, times)).tone);
  assert.deepEqual(tones, ["good", "warn", "bad"]);
});

test("what was bargained is told by its terms and its tasks, and a renegotiation as no breach", () => {
  const told = (kind: string, data: HubEvent["data"]) => narrate(event(kind, { about: "work", ...data }));
  assert.equal(
    told("agreement.signed", { contractor: "bob", terms: { price: "4", region: "eu" } }).text,
    "agrees with bob about “work”: price 4, region eu",
  );
  assert.equal(
    told("agreement.late", { tasks: 3, completed: 3, late: 1 }).text,
    "was late with 1 of 3 tasks of its agreement about “work”",
  );
  const replaced = told("agreement.failed", { replacedBy: "agr_2" });
  assert.deepEqual([replaced.tone, /in place of a broken one/.test(replaced.text)], ["plain", true]);
  assert.equal(told("agreement.failed", { tasks: 2, completed: 1 }).tone, "bad");
  assert.match(told("bargain.opened", { parties: ["a", "b"], replaces: "agr_1" }).text, /again, since agr_1 was broken/);
  assert.equal(told("bargain.offered", { offer: { price: "4" } }).news, false);
});

test("one credit is not one credits", () => {
  assert.equal(
    narrate(event("agreement.signed", { about: "ingest", contractor: "librarian", price: 1 })).text,
    "awards “ingest” to librarian for 1 credit",
  );
});

test("a tool call is no news, and a failed one is marked", () => {
  const told = narrate(event("tool.called", { outcome: "TOOL_UNKNOWN", durationMs: 44 }, "hub_status"));
  assert.deepEqual(told, { text: "called hub_status, TOOL_UNKNOWN, 0.04 s", tone: "bad", news: false });
});

test("an event of a kind that nobody wrote a sentence for is still told", () => {
  assert.equal(narrate(event("moon.landed", {}, "eagle")).text, "moon.landed eagle");
});

test("a breach is bad news with its reason, a ticket a warning, a recovery good; a routed call is chatter", () => {
  const about = { indicator: "success", because: "it burns", agreement: null };
  assert.deepEqual(narrate(event("sla.breached", { ...about, severity: "page" }, "librarian")), {
    text: "librarian breaks its success term: it burns",
    tone: "bad",
    news: true,
  });
  assert.equal(narrate(event("sla.breached", { ...about, severity: "ticket" })).tone, "warn");
  assert.match(narrate(event("sla.breached", { ...about, agreement: "agr_1" })).text, /broke agreement agr_1/);
  assert.equal(narrate(event("sla.recovered", about)).tone, "good");
  const routed = narrate(event("routing.decided", { agent: "a", skill: "ask", outcome: "ok", totalMs: 1500 }));
  assert.deepEqual([routed.text, routed.news], ["had a do “ask” in 1.5 s", false]);
  assert.equal(narrate(event("routing.decided", { outcome: "failed", problem: "none", skill: null })).tone, "bad");
});

test("a plan is told from its beginning to its end, with what it cost", () => {
  const told = [
    event("plan.opened", { about: "the week", tasks: 3, budget: 20 }),
    event("plan.task.done", { about: "the week", task: "search", contractors: ["ann", "ben"], price: 3 }),
    event("plan.task.failed", { about: "the week", task: "write", reason: "nobody could" }),
    event("plan.closed", { about: "the week", outcome: "partial", spent: 3, why: '"write" failed: nobody could' }),
  ].map(narrate);
  assert.deepEqual(
    told.map(({ text }) => text),
    [
      "begins the plan “the week”: 3 tasks for at most 20 credits",
      "has “search” of “the week” done by ann, ben for 3 credits",
      "could not have “write” of “the week” done: nobody could",
      'ends the plan “the week”: partial, for 3 credits; "write" failed: nobody could',
    ],
  );
  assert.deepEqual(
    told.map(({ tone }) => tone),
    ["plain", "plain", "warn", "warn"],
  );
});
