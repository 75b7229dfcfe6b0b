/** What people are told of votes and auctions while a hub runs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { narrate } from "../src/cli/narrator.ts";

const told = (kind: string, actor: string, data: Record<string, unknown>): string | undefined => {
  const event = { seq: 1, at: 0, kind, actor, subject: "x", hash: "", data: JSON.parse(JSON.stringify(data)) };
  const line = narrate(event);
  return line === undefined ? undefined : stripVTControlCharacters(line).slice(10);
};

test("a vote and an auction are told from their call to their end", () => {
  assert.match(
    told("vote.opened", "operator", { about: "lunch", parties: ["ada", "bob"] }) ?? "",
    /^operator +calls a vote on "lunch": ada, bob$/,
  );
  assert.match(told("vote.closed", "clock", { about: "lunch", outcome: "no-votes" }) ?? "", /on "lunch" ends: no-votes$/);
  assert.match(told("vote.closed", "bob", { about: "lunch", outcome: "decided", winner: "soup" }) ?? "", /ends: decided, soup$/);
  assert.match(
    told("auction.closed", "clock", { about: "a day", outcome: "awarded", awards: [{ to: "ada", lots: ["a"], price: 7.5 }] }) ??
      "",
    /of "a day" ends: awarded, ada for 7.50$/,
  );
  assert.equal(told("vote.cast", "ada", { about: "lunch", seal: "00" }), undefined, "a seal is for machines");
});
