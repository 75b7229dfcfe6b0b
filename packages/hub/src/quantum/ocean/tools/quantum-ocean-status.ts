import { z } from "zod";
import { asEntenteError } from "../../../base/errors.ts";
import { defineOceanTool, requireOperator } from "../ocean.ts";

export default defineOceanTool({
  name: "quantum_ocean_status",
  description:
    "Whether D-Wave's Ocean SDK can be used through the hub: the Python that is there, what is installed, and, while the bridge runs, its versions and how many objects it keeps. For the operator alone.",
  input: z.object({}),
  output: z.object({
    pythonVersion: z.string().nullable(),
    problem: z.string().nullable().describe("what is wrong with the Python that the configuration names"),
    readyMade: z.boolean().describe("whether quantum.oceanPython names an interpreter, which is then taken as it is"),
    installed: z.boolean(),
    running: z.boolean(),
    python: z.string().describe("the interpreter that runs the bridge"),
    requirements: z.array(z.string()),
    bridge: z
      .object({
        pid: z.number(),
        python: z.string(),
        packages: z.record(z.string(), z.string()),
        handles: z.number().describe("objects kept"),
        mostHandles: z.number(),
      })
      .nullable(),
  }),
  hints: { readOnly: true },
  run: async (_input, ctx, ocean) => {
    requireOperator(ctx);
    const { requirements, ...standing } = ocean.standing();
    const version = await ocean.pythonVersion(ctx.signal).then(
      (pythonVersion) => ({ pythonVersion, problem: null }),
      (error: unknown) => ({ pythonVersion: null, problem: asEntenteError(error).message }),
    );
    const bridge = standing.running ? await ocean.call("ocean_version", {}, ctx.signal) : null;
    return { ...standing, ...version, requirements: [...requirements], bridge: bridge as never }; // why: the output schema reads what the bridge told
  },
});
