import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type BundleAuction,
  type CombinatorialAuctionEvent,
  type CombinatorialAuctionTerms,
  combinatorialAuction,
  type DutchTerms,
  determineWinners,
  dutch,
  type EnglishTerms,
  english,
  NegotiationError,
  type Protocol,
  type SealedBidTerms,
  sealedBid,
  type Transition,
  vcgDiscounts,
} from "../src/index.ts";
import { event as bundleEvent, terms as bundleTerms } from "./protocols/combinatorial-auction.ts";
import { event as englishEvent, terms as englishTerms } from "./protocols/english.ts";

const seed = 20261125;
const participants = ["ada", "bob", "cy"];

interface Told {
  readonly to: string;
  readonly message: { readonly act: string; readonly reason?: string };
}

// Plays timed events; `sent` has one line a message, the opening left out.
function play<Terms, State, Event, Effect extends Told, Result>(
  protocol: Protocol<Terms, State, Event, Effect, Result>,
  terms: Terms,
  steps: readonly (readonly [number, Event])[],
) {
  let [state, effects]: Transition<State, Effect> = protocol.start(terms);
  const opening = effects;
  const sent: string[] = [];
  const messages: Effect["message"][] = [];
  for (const [now, event] of steps) {
    [state, effects] = protocol.step(state, event, now);
    for (const { to, message } of effects) {
      sent.push(`${now} ${to} ${message.act}${message.reason === undefined ? "" : ` ${message.reason}`}`);
      messages.push(message);
    }
  }
  return { state, opening, sent, messages, result: protocol.result(state), due: protocol.nextTimer(state) };
}
const bid = (from: string, price: number) => ({ type: "bid", from, price }) as const;
const timer = { type: "timer" } as const;
const refusedTerms = (e: unknown) => e instanceof NegotiationError && e.code === "TERMS_INVALID";

// Sealed bids

const sealed: SealedBidTerms = { participants, closesAt: 100 };

test("sealed, second price: the best bid wins and pays the second best", () => {
  const { result, sent } = play(sealedBid, sealed, [
    [1, bid("ada", 10)],
    [2, bid("bob", 30)],
    [3, bid("cy", 20)],
  ]);
  assert.deepEqual(result, { outcome: "awarded", winner: "bob", price: 20 });
  assert.deepEqual(sent, ["3 ada closed", "3 bob closed", "3 cy closed"]);
});

test("sealed, first price: the winner pays its own price; when buying the lowest wins", () => {
  const bids = [[1, bid("ada", 10)] as const, [2, bid("bob", 30)] as const, [3, bid("cy", 20)] as const];
  const first = { ...sealed, pricing: "first" } as const;
  assert.deepEqual(play(sealedBid, first, bids).result, { outcome: "awarded", winner: "bob", price: 30 });
  assert.deepEqual(play(sealedBid, { ...first, side: "buy" }, bids).result, { outcome: "awarded", winner: "ada", price: 10 });
  const second = { ...sealed, side: "buy", reserve: 50 } as const;
  assert.deepEqual(play(sealedBid, second, bids).result, { outcome: "awarded", winner: "ada", price: 20 });
});

test("sealed: only the winner is told a price, and nobody another's bid", () => {
  const { messages } = play(sealedBid, sealed, [
    [1, bid("ada", 10)],
    [2, bid("bob", 30)],
    [100, timer],
  ]);
  assert.deepEqual(messages, [
    { act: "closed", outcome: "awarded", won: false },
    { act: "closed", outcome: "awarded", won: true, price: 10 },
  ]);
});

test("sealed: a lone bidder pays the reserve at second price, nothing when selling without one", () => {
  assert.equal(
    play(sealedBid, { ...sealed, reserve: 7 }, [
      [1, bid("ada", 10)],
      [100, timer],
    ]).result?.price,
    7,
  );
  assert.equal(
    play(sealedBid, sealed, [
      [1, bid("ada", 10)],
      [100, timer],
    ]).result?.price,
    0,
  );
  assert.equal(
    play(sealedBid, { ...sealed, side: "buy", reserve: 7 }, [
      [1, bid("ada", 3)],
      [100, timer],
    ]).result?.price,
    7,
  );
  assert.throws(() => sealedBid.start({ ...sealed, side: "buy" }), refusedTerms);
});

test("sealed: a bid worse than the reserve is refused and may be made again", () => {
  const { sent, result } = play(sealedBid, { ...sealed, reserve: 7 }, [
    [1, bid("ada", 6)],
    [2, bid("ada", 8)],
    [100, timer],
  ]);
  assert.deepEqual(sent, ["1 ada refused reserve", "100 ada closed"]);
  assert.equal(result?.winner, "ada");
});

test("sealed: of equal bids the earlier wins, and at second price pays its own", () => {
  const { result } = play(sealedBid, sealed, [
    [1, bid("cy", 10)],
    [1, bid("ada", 10)],
    [2, { type: "pass", from: "bob" }],
  ]);
  assert.deepEqual(result, { outcome: "awarded", winner: "cy", price: 10 });
});

test("sealed: a bid at the closing time is late, a second bid and a stranger's are not understood", () => {
  const { sent, result } = play(sealedBid, sealed, [
    [1, bid("ada", 10)],
    [2, bid("ada", 90)],
    [3, bid("eve", 99)],
    [4, bid("bob", Number.NaN)],
    [100, bid("bob", 50)],
  ]);
  assert.deepEqual(sent, [
    "2 ada not-understood out-of-sequence",
    "3 eve not-understood not-a-participant",
    "4 bob not-understood invalid-bid",
    "100 ada closed",
    "100 bob refused late",
  ]);
  assert.equal(result?.winner, "ada");
});

test("sealed: called off, all who bid or still might are told why, and nobody wins", () => {
  const { sent, result, due } = play(sealedBid, sealed, [
    [1, bid("ada", 10)],
    [2, { type: "pass", from: "bob" }],
    [3, { type: "cancel", reason: "sold elsewhere" }],
  ]);
  assert.deepEqual(sent, ["3 ada closed sold elsewhere", "3 cy closed sold elsewhere"]);
  assert.deepEqual(result, { outcome: "cancelled" });
  assert.equal(due, undefined);
});

test("sealed, second price: no bidder does better than by bidding its true worth", () => {
  const worth = fc.integer({ min: 0, max: 20 });
  fc.assert(
    fc.property(
      worth,
      worth,
      worth,
      worth,
      fc.integer({ min: 0, max: 20 }),
      fc.constantFrom("sell" as const, "buy" as const),
      (mine, lie, b, c, reserve, side) => {
        const gain = (price: number) => {
          const bids = [
            [1, bid("bob", b)] as const,
            [2, bid("cy", c)] as const,
            [3, bid("ada", price)] as const,
            [100, timer] as const,
          ];
          const { result } = play(sealedBid, { ...sealed, side, reserve }, bids);
          if (result?.winner !== "ada") return 0;
          return side === "sell" ? mine - result.price! : result.price! - mine;
        };
        assert.ok(gain(lie) <= gain(mine));
      },
    ),
    { seed, numRuns: 2000 },
  );
});

// English

const open: EnglishTerms = { participants, startPrice: 10, minRaise: 5, quietMs: 50 };

test("english: bids rise by the step, the quiet time ends it, and the winner pays its bid", () => {
  const { sent, result, messages } = play(english, open, [
    [0, bid("ada", 9)],
    [1, bid("ada", 10)],
    [2, bid("bob", 14)],
    [40, bid("bob", 15)],
    [89, timer],
    [90, bid("cy", 99)],
  ]);
  assert.deepEqual(sent, [
    "0 ada refused raise",
    "1 ada standing",
    "1 bob standing",
    "1 cy standing",
    "2 bob refused raise",
    "40 ada standing",
    "40 bob standing",
    "40 cy standing",
    "90 ada closed",
    "90 bob closed",
    "90 cy closed",
    "90 cy refused late",
  ]);
  assert.deepEqual(messages[0], { act: "refused", reason: "raise", next: 10 });
  assert.deepEqual(messages[6], { act: "standing", price: 15, leading: true, next: 20 });
  assert.deepEqual(result, { outcome: "awarded", winner: "bob", price: 15 });
});

test("english: the deadline is hard, however lately somebody has bid", () => {
  const { result, due } = play(english, { ...open, closesAt: 60 }, [
    [55, timer],
    [55, bid("ada", 20)],
  ]);
  assert.deepEqual(result, { outcome: "no-award" });
  assert.equal(due, undefined);
  const late = play(english, { ...open, closesAt: 60 }, [
    [45, bid("ada", 20)],
    [60, bid("bob", 40)],
  ]);
  assert.deepEqual(late.result, { outcome: "awarded", winner: "ada", price: 20 });
});

test("english: buying, bids fall, and end where none can be lower", () => {
  const { result } = play(english, { ...open, side: "buy" }, [
    [1, bid("ada", 10)],
    [2, bid("bob", 6)],
    [3, bid("bob", 4)],
  ]);
  assert.deepEqual(result, { outcome: "awarded", winner: "bob", price: 4 });
});

test("english: who leads can neither outbid itself nor leave; when all others have left it has won", () => {
  const { sent, result } = play(english, open, [
    [1, bid("ada", 10)],
    [2, bid("ada", 20)],
    [3, { type: "leave", from: "ada" }],
    [4, { type: "leave", from: "bob" }],
    [5, bid("bob", 30)],
    [6, { type: "leave", from: "cy" }],
  ]);
  assert.deepEqual(sent.slice(3), [
    "2 ada refused leading",
    "3 ada refused leading",
    "5 bob refused left",
    "6 ada closed",
    "6 bob closed",
    "6 cy closed",
  ]);
  assert.deepEqual(result, { outcome: "awarded", winner: "ada", price: 10 });
});

test("english: a raise is measured with the tolerance of its rounding", () => {
  const { result } = play(english, { ...open, startPrice: 0.2, minRaise: 0.1 }, [
    [1, bid("ada", 0.2)],
    [2, bid("bob", 0.3)],
    [60, timer],
  ]);
  assert.equal(result?.winner, "bob");
});

test("english: in any order of events the standing price only gets better, by the step, and never passes the start", () => {
  fc.assert(
    fc.property(
      englishTerms,
      fc.array(fc.tuple(englishEvent, fc.integer({ min: 0, max: 15 })), { maxLength: 40 }),
      (given, steps) => {
        let [state] = english.start(given);
        let now = 0;
        const sign = given.side === "buy" ? -1 : 1;
        for (const [event, wait] of steps) {
          now += wait;
          const before = state.standing;
          [state] = english.step(state, event, now);
          if (state.standing === undefined || state.standing === before) continue;
          const least = before === undefined ? given.startPrice : before.price + sign * given.minRaise;
          assert.ok(sign * (state.standing.price - least) >= -1e-9);
          assert.notEqual(state.standing.by, before?.by);
        }
      },
    ),
    { seed, numRuns: 1000 },
  );
});

test("english, second-price sealed and Vickrey's theorem: with true bidders both sell at the second worth, within a step", () => {
  const worths = fc.uniqueArray(fc.integer({ min: 10, max: 60 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(worths, (worth) => {
      const truth = new Map(participants.map((name, i) => [name, worth[i]!]));
      let [state] = english.start({ ...open, minRaise: 1 });
      for (let at = 1, raised = true; raised; ) {
        raised = false;
        for (const name of participants) {
          const next = state.standing === undefined ? 10 : state.standing.price + 1;
          if (state.standing?.by === name || truth.get(name)! < next) continue;
          [state] = english.step(state, bid(name, next), at++);
          raised = true;
        }
      }
      [state] = english.step(state, timer, 10_000);
      const vickrey = play(
        sealedBid,
        sealed,
        participants.map((name) => [1, bid(name, truth.get(name)!)] as const),
      ).result!;
      assert.equal(english.result(state)?.winner, vickrey.winner);
      assert.ok(Math.abs(english.result(state)!.price! - vickrey.price!) <= 1);
    }),
    { seed, numRuns: 200 },
  );
});

// Dutch

const falling: DutchTerms = { participants, ceiling: 100, floor: 70, moveBy: 20, everyMs: 10 };

test("dutch: the price falls by steps to the floor, and the first to accept wins at the price of that moment", () => {
  const { sent, messages, result } = play(dutch, falling, [
    [10, timer],
    [15, { type: "accept", from: "bob" }],
    [15, { type: "accept", from: "ada" }],
  ]);
  assert.deepEqual(messages[0], { act: "price", price: 80 });
  assert.deepEqual(sent.slice(3), ["15 ada closed", "15 bob closed", "15 cy closed", "15 ada refused late"]);
  assert.deepEqual(result, { outcome: "awarded", winner: "bob", price: 80 });
});

test("dutch: the last step is cut at the floor, which stands as long as any price; then nobody has won", () => {
  const { messages, result } = play(dutch, falling, [
    [10, timer],
    [20, timer],
    [30, { type: "accept", from: "ada" }],
  ]);
  assert.deepEqual(messages[3], { act: "price", price: 70 });
  assert.deepEqual(result, { outcome: "no-award" });
});

test("dutch: buying, the price rises from the floor", () => {
  const { result } = play(dutch, { ...falling, side: "buy" }, [
    [10, timer],
    [11, { type: "accept", from: "cy" }],
  ]);
  assert.deepEqual(result, { outcome: "awarded", winner: "cy", price: 90 });
});

test("dutch: after an outage the clock goes on by one price, which stands its full time", () => {
  const { messages, due } = play(dutch, falling, [[1000, timer]]);
  assert.deepEqual(messages[0], { act: "price", price: 80 });
  assert.equal(due, 1010);
});

test("dutch: an acceptance at the time of a move counts at the new price", () => {
  const { result } = play(dutch, falling, [[10, { type: "accept", from: "ada" }]]);
  assert.deepEqual(result, { outcome: "awarded", winner: "ada", price: 80 });
});

test("dutch: a clock of more than a million moves is refused", () => {
  assert.throws(() => dutch.start({ ...falling, moveBy: 1e-9 }), refusedTerms);
});

// Combinatorial

const bundles: CombinatorialAuctionTerms = { participants, items: ["cpu", "disk"], closesAt: 100 };
const bundleBid = (from: string, ...own: readonly (readonly [number, ...string[]])[]): CombinatorialAuctionEvent => ({
  type: "bid",
  from,
  bundles: own.map(([price, ...items]) => ({ items, price })),
});

test("bundles: two that need one thing each together outbid one that needs both, and pay by VCG what it would have paid", () => {
  const { result } = play(combinatorialAuction, bundles, [
    [1, bundleBid("ada", [10, "cpu", "disk"])],
    [2, bundleBid("bob", [7, "cpu"])],
    [3, bundleBid("cy", [6, "disk"])],
  ]);
  assert.deepEqual(result, {
    outcome: "awarded",
    awards: [
      { to: "bob", items: ["cpu"], price: 7, payment: 4 },
      { to: "cy", items: ["disk"], price: 6, payment: 3 },
    ],
    left: [],
    gain: 13,
    bound: 13,
    proven: true,
  });
});

test("bundles: pay-as-bid, winners pay their prices; reserves leave an item unsold", () => {
  const { result } = play(combinatorialAuction, { ...bundles, payments: "pay-as-bid", reserves: [5, 8] }, [
    [1, bundleBid("ada", [10, "cpu", "disk"])],
    [2, bundleBid("bob", [7, "cpu"])],
    [3, bundleBid("cy", [6, "disk"])],
  ]);
  assert.deepEqual(result?.awards, [{ to: "bob", items: ["cpu"], price: 7, payment: 7 }]);
  assert.deepEqual(result?.left, ["disk"]);
  assert.equal(result?.gain, 2);
});

test("bundles: buying, the cheapest cover within the reserves wins, and VCG pays what the next best would have cost", () => {
  const { result } = play(combinatorialAuction, { ...bundles, side: "buy", reserves: [10, 10] }, [
    [1, bundleBid("ada", [14, "cpu", "disk"])],
    [2, bundleBid("bob", [5, "cpu"])],
    [3, bundleBid("cy", [6, "disk"])],
  ]);
  assert.deepEqual(result?.awards, [
    { to: "bob", items: ["cpu"], price: 5, payment: 8 },
    { to: "cy", items: ["disk"], price: 6, payment: 9 },
  ]);
  assert.throws(() => combinatorialAuction.start({ ...bundles, side: "buy" }), refusedTerms);
});

test("bundles: an unknown item, an empty bundle or too many bundles are not understood", () => {
  const { sent } = play(combinatorialAuction, { ...bundles, maxBundles: 1 }, [
    [1, bundleBid("ada", [1, "tape"])],
    [1, bundleBid("ada", [1])],
    [1, bundleBid("ada", [1, "cpu"], [1, "disk"])],
    [1, bundleBid("ada", [1, "cpu", "cpu"])],
    [1, bundleBid("ada", [1, "cpu"])],
  ]);
  assert.deepEqual(sent, Array(4).fill("1 ada not-understood invalid-bid"));
});

test("bundles: in any order of events each item goes once, each participant wins once, and payments lie between reserve and bid", () => {
  fc.assert(
    fc.property(bundleTerms, fc.array(bundleEvent, { maxLength: 12 }), (given, events) => {
      const { state, result } = play(combinatorialAuction, given, [
        ...events.map((e) => [0, e] as const),
        [1000, timer] as const,
      ]);
      const items = result!.awards.flatMap((a) => a.items);
      assert.equal(new Set([...items, ...result!.left]).size, items.length + result!.left.length);
      assert.equal(items.length + result!.left.length, given.items.length);
      assert.equal(new Set(result!.awards.map((a) => a.to)).size, result!.awards.length);
      for (const { to, items: names, price, payment } of result!.awards) {
        const reserve = names.reduce((sum, name) => sum + (given.reserves?.[given.items.indexOf(name)] ?? 0), 0);
        const [low, high] = given.side === "buy" ? [price, reserve] : [reserve, price];
        assert.ok(payment >= low - 1e-9 && payment <= high + 1e-9, `${low} <= ${payment} <= ${high}`);
        const own = state.bidders.find((b) => b.name === to)!.bundles!;
        assert.ok(own.some((b) => b.price === price && b.items.join() === names.join()));
      }
    }),
    { seed, numRuns: 1000 },
  );
});

test("bundles, VCG: no bidder does better than by bidding what each bundle is truly worth to it", () => {
  const bundle = fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { minLength: 1 });
  const own = fc.array(fc.record({ items: bundle, price: fc.integer({ min: 1, max: 20 }) }), { minLength: 1, maxLength: 3 });
  const others = fc.array(
    fc.record({ bidder: fc.integer({ min: 1, max: 3 }), items: bundle, price: fc.integer({ min: 1, max: 20 }) }),
    {
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(own, others, fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 3, maxLength: 3 }), (truth, rivals, lies) => {
      const gain = (prices: readonly number[]) => {
        const mine = truth.map(({ items }, i) => ({ bidder: 0, items, price: prices[i]! }));
        const auction: BundleAuction = { items: 4, bids: [...mine, ...rivals] };
        const won = vcgDiscounts(auction, determineWinners(auction)).find(({ bid: b }) => b < mine.length);
        return won === undefined ? 0 : truth[won.bid]!.price - (prices[won.bid]! - won.discount);
      };
      assert.ok(gain(lies) <= gain(truth.map(({ price }) => price)) + 1e-9);
    }),
    { seed, numRuns: 1000 },
  );
});
