import { z } from "zod";
import { defineAgent } from "../base/agent.ts";
import { jobOf } from "./crafts/job.ts";

const job = z.object({ run: z.string() });
const examined = z.object({
  version: z.object({ id: z.string(), number: z.number() }),
  verdict: z.object({ passes: z.boolean(), reason: z.string(), bitsPerByte: z.number().nullable(), gzip: z.number().nullable() }),
});

export default defineAgent({
  profile: {
    name: "examiner",
    description:
      "The gate: measures a new version on texts it has never seen and lets it pass only if it is better and no slice of the texts got worse.",
    skills: [
      {
        id: "examine",
        name: "Examine",
        description: "Examine the version of a run and give the gate's verdict",
        examples: ["Examine run run_…"],
      },
    ],
  },
  bid: async () => ({ price: 5, promisedMs: 60_000, quality: 1, reason: "reads the held-out texts twice" }),
  execute: async (task, ctx) => {
    const { run } = jobOf(task, job, "the examiner");
    ctx.status("reading held-out texts");
    const { version, verdict } = examined.parse(await ctx.call("learning_examine", { run }));
    return {
      text: `Version ${version.number} ${verdict.passes ? "passes" : "does not pass"}: ${verdict.reason}.`,
      data: { version: version.id, ...verdict },
    };
  },
});
