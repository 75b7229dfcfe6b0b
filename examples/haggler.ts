// An agent that bargains, in twenty lines: it sells work by the default strategy of @entente/negotiation.
//   npm run example -- examples/haggler.ts
//   npm run entente -- call negotiate_start '{"subject": "a review", "with": ["haggler"], "issues": [{"name": "price", "values": [1, 2]}]}'
import { deadlineMicro, describeOutcome, type Negotiator, parseOutcome } from "@entente/negotiation";
import { defineAgent, runAgent } from "@entente/sdk";

const tables = new Map<string, Negotiator>();

const haggler = defineAgent({
  name: "haggler",
  description: "Sells work, dearly if it can: of every issue it likes the later values more.",
  skills: [{ id: "haggle", name: "Haggle", description: "Agree on the terms of a piece of work" }],
  execute: async () => ({ text: "Done, as agreed." }),
  negotiate: ({ negotiation, issues, parties, you, heard, standing, ...moment }) => {
    const domain = { issues };
    const weights = issues.map(() => 1 / issues.length);
    const evaluations = issues.map(({ values }) => values.map((_, at) => (at + 1) / values.length));
    const preferences = { kind: "additive", weights, evaluations, reservation: 0.4 } as const;
    const me = parties.indexOf(you);
    const mine = tables.get(negotiation) ?? deadlineMicro.start({ domain, preferences, parties: parties.length, me, seed: 1 });
    tables.set(negotiation, mine);
    for (const { by, offer, t } of heard) mine.heard(parties.indexOf(by), parseOutcome(domain, offer), t);
    const { t, mayOffer, actionsLeft } = moment;
    const action = mine.act({ t, mayOffer, actionsLeft, standing: standing && parseOutcome(domain, standing.offer) });
    return action.act === "offer" ? { act: "offer", offer: { ...describeOutcome(domain, action.outcome) } } : action;
  },
});

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
await runAgent(haggler, { signal: stop.signal });
