import { defineAgent } from "../base/agent.ts";
import { curator } from "./crafts/curating.ts";

export default defineAgent({
  profile: {
    name: "curator-greedy",
    description:
      "Chooses training texts one by one, each time the one that adds most: quick and cheap, and the baseline that the annealer has to beat.",
    skills: [
      {
        id: "curate",
        name: "Curate",
        description: "Choose the training texts of a run",
        examples: ["Curate run run_… greedily"],
      },
    ],
  },
  ...curator("greedy", 2),
});
