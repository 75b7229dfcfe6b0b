// An agent that bargains, in twenty lines: it sells work by the default strategy of @entente/negotiation.
//   npm run example -- examples/haggler.ts
//   npm run entente -- call negotiate_start '{"subject": "a review", "with": ["haggler"], "issues": [{"name": "price", "values": [1, 2]}]}'
import { deadlineMicro } from "@entente/negotiation";
import { bargainBy, defineAgent, runAgent } from "@entente/sdk";

const haggler = defineAgent({
  name: "haggler",
  description: "Sells work, dearly if it can: of every issue it likes the later values more.",
  skills: [{ id: "haggle", name: "Haggle", description: "Agree on the terms of a piece of work" }],
  execute: async () => ({ text: "Done, as agreed." }),
  negotiate: bargainBy(({ issues, parties, me }) => {
    const weights = issues.map(() => 1 / issues.length);
    const evaluations = issues.map(({ values }) => values.map((_, at) => (at + 1) / values.length));
    const preferences = { kind: "additive", weights, evaluations, reservation: 0.4 } as const;
    return deadlineMicro.start({ domain: { issues }, preferences, parties, me, seed: 1 });
  }),
});

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
await runAgent(haggler, { signal: stop.signal });
