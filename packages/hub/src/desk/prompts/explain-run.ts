import type { Prompt } from "../../base/resource.ts";

const prompt: Prompt = {
  name: "explain_run",
  description:
    "Explains a learning run to somebody who was not there: who bid, who won and why, what was trained, what the gate said.",
  arguments: [{ name: "run", description: "a run id, or latest", required: false }],
  render: async ({ run = "latest" }, ctx) => {
    const facts = await ctx.call("learning_get_run", { run });
    return `Explain this learning run of an Entente hub in plain words, in at most ten sentences. Say what was read, who bid for which job at what price and why the winner won, how training went, and what the gate decided and why. Use only these facts:\n\n${JSON.stringify(facts)}`;
  },
};
export default prompt;
