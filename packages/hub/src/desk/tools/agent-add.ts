import { z } from "zod";
import { describeElsewhere, elsewhereSchema } from "../elsewhere-view.ts";
import { defineHubTool } from "../hub-desk.ts";

export default defineHubTool({
  name: "agent_add",
  description:
    "Adds an agent elsewhere by the address of its A2A card. The card's signature is checked and the card pinned; from then on the agent is reached through this hub at /a2a/NAME on every binding, and as an MCP tool. A card that changes later waits for approval.",
  input: z.object({
    url: z.url({ protocol: /^https?$/ }).describe("the agent's base URL, or that of its card"),
    name: z.string().optional().describe("name to know it by here; from its card when left out"),
    key: z
      .record(z.string(), z.json())
      .optional()
      .describe("the public key (JWK) to trust, when its own origin does not publish it"),
    allowUnsigned: z.boolean().default(false).describe("take a card that nobody signed"),
    credential: z
      .string()
      .min(1)
      .optional()
      .describe("bearer token that the agent wants; kept in the data folder, never recorded"),
  }),
  output: z.object({ agent: elsewhereSchema, reachedAt: z.string() }),
  hints: { secrets: ["credential"] },
  run: async ({ url, name, key, allowUnsigned, credential }, ctx, desk) => {
    const { elsewhere, registry, keepCredential } = desk;
    const jwk = key && Object.fromEntries(Object.entries(key).filter(([, value]) => typeof value === "string"));
    const member = await elsewhere.add({ url, name, key: jwk, allowUnsigned, credential }, ctx.principal.id, ctx.signal);
    keepCredential(member.name, credential);
    return { agent: describeElsewhere(member), reachedAt: registry.get(member.name).card.supportedInterfaces[0]?.url ?? "" };
  },
});
