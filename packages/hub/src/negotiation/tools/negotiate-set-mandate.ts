import { z } from "zod";
import { mandateSchema } from "../bargains/mandate.ts";
import { defineNegotiationTool } from "../desk.ts";
import { negotiationErrors } from "../errors.ts";

export default defineNegotiationTool({
  name: "negotiate_set_mandate",
  description:
    "Sets what a party may agree to in every bargaining session, running ones too: limits by issue, a least utility, a budget over all its agreements, who may commit it, until when. Null takes the mandate away. For the operator alone.",
  input: z.object({ party: z.string().min(1), mandate: mandateSchema.nullable() }),
  output: z.object({ party: z.string(), mandate: mandateSchema.nullable() }),
  hints: { idempotent: true },
  run: async ({ party, mandate }, { principal }, { bargaining }) => {
    if (principal.kind !== "operator") throw negotiationErrors.MANDATE_FORBIDDEN({ principal: principal.id });
    await bargaining.records.setMandate(party, mandate ?? undefined, principal.id);
    return { party, mandate };
  },
});
