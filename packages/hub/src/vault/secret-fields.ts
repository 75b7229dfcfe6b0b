import { z } from "zod";

/** The name of a secret. */
export const secretName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, "wanted lower-case letters, digits, dots, dashes and underscores, at most 100")
  .describe("lower-case letters, digits, dots, dashes and underscores");

/** What is told of a secret. */
export const secretNote = z.object({
  name: z.string(),
  version: z.number().describe("rises each time it is put"),
  keyId: z.string().describe("the key of the vault that seals it"),
  putAt: z.number().describe("ms since the epoch"),
  putBy: z.string(),
});
