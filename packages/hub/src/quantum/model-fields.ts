import { z } from "zod";

/** A kept model as tools tell of it. */
export const keptModelSchema = z.object({
  id: z.string().describe("made of what the model is: the same model has the same id"),
  name: z.string().nullable(),
  kind: z.enum(["bqm", "cqm"]).describe("without or with constraints"),
  maximise: z.boolean().describe("whether its energy is minus what is asked for (cuts, OR-Library)"),
  variables: z.number(),
  couplings: z.number(),
  constraints: z.number(),
  bytes: z.number().describe("as a dimod file"),
  createdAt: z.number().describe("ms since the epoch"),
});
