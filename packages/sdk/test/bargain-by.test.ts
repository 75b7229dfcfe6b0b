import assert from "node:assert/strict";
import { test } from "node:test";
import { bargainBy, type Table } from "../src/bargain-by.ts";
import type { NegotiationTurn } from "../src/negotiation.ts";

const issues = [
  { name: "price", values: ["1", "2", "3"], slo: "cost" },
  { name: "region", values: ["eu", "us"] },
];
const turn = (more: Partial<NegotiationTurn> = {}): NegotiationTurn => ({
  negotiation: "bar_1",
  subject: "work",
  parties: ["ada", "bob"],
  you: "bob",
  issues,
  round: 0,
  t: 0,
  mayOffer: true,
  heard: [],
  replyBy: 0,
  ...more,
});

test("a negotiator sits at each table once, hears what the others offered and answers in words", () => {
  const opened: Table[] = [];
  const said: unknown[] = [];
  const negotiate = bargainBy((table) => {
    opened.push(table);
    return {
      heard: (...offer) => said.push(offer),
      act: (moment) => {
        said.push(moment);
        return moment.standing ? { act: "accept" } : { act: "offer", outcome: [2, 1] };
      },
    };
  });
  assert.deepEqual(negotiate(turn()), { act: "offer", offer: { price: "3", region: "us" } });
  const offered = { by: "ada", offer: { price: "2", region: "eu" }, t: 0.1 };
  assert.deepEqual(negotiate(turn({ heard: [offered], standing: offered, t: 0.2, actionsLeft: 4 })), { act: "accept" });
  assert.deepEqual(said, [
    { t: 0, mayOffer: true, actionsLeft: undefined, standing: undefined },
    [0, [1, 0], 0.1],
    { t: 0.2, mayOffer: true, actionsLeft: 4, standing: [1, 0] },
  ]);
  negotiate(turn({ negotiation: "bar_2" }));
  assert.deepEqual(
    opened.map(({ negotiation, parties, me }) => [negotiation, parties, me]),
    [
      ["bar_1", 2, 1],
      ["bar_2", 2, 1],
    ],
  );
  for (let k = 0; k < 1000; k++) negotiate(turn({ negotiation: `many_${k}` }));
  const before = opened.length;
  negotiate(turn({ negotiation: "many_999" }));
  assert.equal(opened.length, before);
  negotiate(turn());
  assert.equal(opened.length, before + 1, "the oldest begins anew");
});
