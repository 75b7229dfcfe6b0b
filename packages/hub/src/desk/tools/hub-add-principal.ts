import { z } from "zod";
import { sha256 } from "../../base/json.ts";
import { newToken } from "../../security/token.ts";
import { defineHubTool } from "../hub-desk.ts";

const principalName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "wanted lower-case letters, digits and dashes, at most 63")
  .refine((name) => !["operator", "hub", "nobody"].includes(name), "this name belongs to the hub")
  .describe("name of the client, as it stands in records: lower-case letters, digits and dashes");

export default defineHubTool({
  name: "hub_add_principal",
  description:
    "Gives a client a token of its own. The token is in the answer and nowhere else: the hub keeps only its hash. A client reaches the agents over A2A and sees only its own tasks.",
  input: z.object({ name: principalName }),
  output: z.object({ name: z.string(), token: z.string() }),
  hints: {},
  run: async ({ name }, ctx, { principals }) => {
    const token = newToken();
    await principals.add(name, sha256(token), ctx.principal.id);
    return { name, token };
  },
});
