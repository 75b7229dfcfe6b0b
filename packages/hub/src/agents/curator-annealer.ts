import { defineAgent } from "../base/agent.ts";
import { curator } from "./crafts/curating.ts";

export default defineAgent({
  profile: {
    name: "curator-annealer",
    description:
      "Chooses training texts by solving a QUBO on an annealer: coverage of the corpus against repetition, within a budget of bytes.",
    skills: [
      { id: "curate", name: "Curate", description: "Choose the training texts of a run", examples: ["Curate run run_… by QUBO"] },
    ],
  },
  ...curator("qubo", 2),
});
