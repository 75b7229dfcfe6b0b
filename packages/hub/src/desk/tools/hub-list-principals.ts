import { z } from "zod";
import { defineHubTool } from "../hub-desk.ts";

export default defineHubTool({
  name: "hub_list_principals",
  description: "Lists the clients that have, or had, tokens of their own.",
  input: z.object({}),
  output: z.object({
    principals: z.array(z.object({ name: z.string(), createdAt: z.number(), revokedAt: z.number().nullable() })),
  }),
  hints: { readOnly: true },
  run: async (_input, _ctx, { principals }) => ({
    principals: (await principals.list()).map(({ name, createdAt, revokedAt }) => ({
      name,
      createdAt,
      revokedAt: revokedAt ?? null,
    })),
  }),
});
