import { z } from "zod";

/** A chip by its topology and shape. */
export const chipFields = {
  topology: z.enum(["chimera", "pegasus", "zephyr"]).describe("of D-Wave's 2000Q, Advantage and Advantage2"),
  shape: z
    .array(z.int().min(1).max(64))
    .min(1)
    .max(3)
    .describe("[m, n, t] of Chimera, [m] of Pegasus (Advantage: [16]), [m, t] of Zephyr (Advantage2: [12, 4])"),
} as const;
