import { z } from "zod";
import { reportSchema } from "../report.ts";
import { defineSlaTool } from "../sla.ts";
import { setTermsSchema } from "../terms.ts";

export default defineSlaTool({
  name: "sla_set_terms",
  description:
    "Sets the terms that an agent is held to, over its card and the configuration. What is left out stays as card and configuration have it, null takes a term away. Replaces what was set before.",
  input: setTermsSchema.extend({ agent: z.string() }),
  output: z.object({
    agent: z.string(),
    terms: z.array(reportSchema.shape.terms.element.pick({ indicator: true, threshold: true, target: true, source: true })),
  }),
  hints: { idempotent: true },
  run: async ({ agent, ...terms }, ctx, sla) => ({
    agent,
    terms: (await sla.setTerms(agent, terms, ctx.principal.id)).map((term) => ({ ...term, threshold: term.threshold ?? null })),
  }),
});
