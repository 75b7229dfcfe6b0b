/** A party's seat that a language model takes: which one, how it is to bargain, and who takes a turn for which it has no answer. */
import { z } from "zod";

/** What negotiate_start takes. */
export const modelSeatSchema = z.object({
  endpoint: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe("a configured model by name (models_list); the default one when left out"),
  instructions: z
    .string()
    .max(4000)
    .optional()
    .describe("how it should bargain, in your words; nobody but the model is shown them"),
  fallback: z
    .enum(["strategy", "end"])
    .default("strategy")
    .describe("who takes a turn that the model does not: the default strategy, by your preferences, or nobody"),
});

/** A seat as it is kept. */
export interface ModelSeat {
  readonly endpoint: string;
  readonly instructions?: string | undefined;
  readonly fallback: "strategy" | "end";
}
