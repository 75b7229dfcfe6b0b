import { z } from "zod";
import { partyOf } from "../bargains/party.ts";
import { viewOf, viewSchema } from "../bargains/view.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "negotiate_status",
  description:
    "How a bargaining session stands: the round, whose turn it is, the offer on the table, every act so far, and what each offer is worth to you. What others want is shown to nobody. With `waitMs` it waits for the end.",
  input: z.object({
    id: z.string().describe("a negotiation id (bar_…)"),
    as: z.string().optional().describe("for the operator: the party to look as"),
    waitMs: z.int().min(0).max(600_000).default(0).describe("how long to wait for the end at most"),
  }),
  output: viewSchema,
  hints: { readOnly: true },
  run: async (input, { principal, signal }, { bargaining }) => {
    const kept = await bargaining.read(input.id);
    // The operator sees what happened in every session; utilities are a party's own.
    const party = principal.kind === "operator" && input.as === undefined ? principal.id : partyOf(kept, principal, input.as);
    if (input.waitMs > 0) {
      const limit = AbortSignal.timeout(input.waitMs);
      await bargaining.ended(input.id, AbortSignal.any([signal, limit])).catch((thrown: unknown) => {
        if (!limit.aborted) throw thrown;
      });
    }
    return viewOf(await bargaining.read(input.id), party);
  },
});
