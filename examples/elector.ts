// An agent that votes and bids: it likes short options best, and pays up to what a lot is worth to it.
//   npm run example -- examples/elector.ts
//   npm run entente -- call vote_open '{"subject": "lunch", "options": ["soup", "stew"], "voters": ["elector"], "deadlineMs": 60000}'
import { defineAgent, runAgent } from "@entente/sdk";

const worth = 20;

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
await runAgent(
  defineAgent({
    name: "elector",
    description: "Votes for the shortest option and bids up to twenty.",
    skills: [{ id: "decide", name: "Decide", description: "Vote and bid" }],
    execute: async () => ({ text: "ask me to vote or to bid" }),
    vote: ({ options, rule }) => {
      const ranking = options.toSorted((a, b) => a.length - b.length).map((option) => [option]);
      return { act: "ballot", ranking: rule === "borda" || rule === "schulze" ? ranking : ranking.slice(0, 1) };
    },
    auction: ({ kind, lots, price = worth, next = worth }) => {
      if (kind === "combinatorial-auction") return { act: "bid", bundles: [{ items: lots, price: worth }] };
      if (kind === "dutch") return { act: price <= worth ? "bid" : "pass" };
      return next <= worth ? { act: "bid", price: next } : { act: "pass" };
    },
  }),
  { signal: stop.signal },
);
