import { cqmFrom } from "../models/cqm.ts";
import { defineProblem } from "../problem-builder.ts";
import { flag, list, number, optional, record, text } from "../problem-input.ts";
import { conflictsOf, sharing } from "../problems/sharing.ts";

/** Winner determination of a combinatorial auction: each item is sold once; with exclusive bids (XOR) a bidder wins one bid at most. */
export default defineProblem({
  name: "combinatorial-auction",
  description:
    "Chooses the winning bids of an auction for bundles of items so that no item is sold twice and the revenue is greatest.",
  input: {
    bids: list(
      "the bids",
      record("a bid", {
        bidder: text("who bids"),
        items: list("the bundle", text("an item")),
        price: number("what the bidder would pay for the whole bundle", { minimum: 0 }),
      }),
    ),
    exclusive: optional(flag("whether a bidder wins one bid at most"), false),
  },
  example: {
    bids: [
      { bidder: "ann", items: ["north", "south"], price: 7 },
      { bidder: "bob", items: ["north"], price: 4 },
      { bidder: "cat", items: ["south"], price: 4 },
    ],
  },
  build({ bids, exclusive }) {
    const items = sharing(bids.map((bid) => bid.items));
    const bidders = exclusive ? sharing(bids.map((bid) => [bid.bidder])) : [];
    const atMostOne = (prefix: string, shared: typeof items) =>
      shared.map(({ member, holders }) => ({
        label: `${prefix} ${member}`,
        linear: holders.map((i): [number, number] => [i, 1]),
        sense: "<=" as const,
        right: 1,
      }));
    const cqm = cqmFrom({
      variables: bids.map((_, label) => ({ label, kind: "binary" })),
      objective: { linear: bids.map(({ price }, i) => [i, -price]) },
      constraints: [...atMostOne("item", items), ...atMostOne("bidder", bidders)],
    });
    return {
      cqm,
      answer(sample) {
        const winners = bids.flatMap((bid, i) => (sample[i] === 1 ? [{ bid: i, ...bid }] : []));
        const nameOf = (i: number) => `bid ${i} of ${bids[i]!.bidder}`;
        const twice = conflictsOf(bidders, sample, nameOf).map((words) =>
          words.replace(" is taken by ", " wins more than once: "),
        );
        const violations = [...conflictsOf(items, sample, nameOf), ...twice];
        const revenue = winners.reduce((sum, bid) => sum + bid.price, 0);
        return { feasible: violations.length === 0, violations, winners, revenue };
      },
    };
  },
});
