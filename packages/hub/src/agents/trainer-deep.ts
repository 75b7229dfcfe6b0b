import { defineAgent } from "../base/agent.ts";
import { trainer } from "./crafts/training.ts";

export default defineAgent({
  profile: {
    name: "trainer-deep",
    description: "Trains with two threads for the whole time asked for: more steps, at a higher price.",
    skills: [
      {
        id: "train",
        name: "Train",
        description: "Train a model version on the selected texts of a run",
        examples: ["Train run run_…"],
      },
    ],
  },
  ...trainer(2, 1),
});
