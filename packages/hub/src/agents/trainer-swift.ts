import { defineAgent } from "../base/agent.ts";
import { trainer } from "./crafts/training.ts";

export default defineAgent({
  profile: {
    name: "trainer-swift",
    description: "Trains with one thread for half the time asked for: cheap and soon done, with fewer steps.",
    skills: [
      {
        id: "train",
        name: "Train",
        description: "Train a model version on the selected texts of a run",
        examples: ["Train run run_…"],
      },
    ],
  },
  ...trainer(1, 0.5),
});
