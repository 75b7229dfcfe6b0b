import type { Resource } from "../../base/resource.ts";

const resource: Resource = {
  name: "service-levels",
  uri: "entente://sla/{agent}",
  description:
    "An agent's service levels as JSON: terms, attainment, error budgets, burn rates, quantiles, breaches. Tells when it changes.",
  mimeType: "application/json",
  read: async ({ agent }, ctx) => JSON.stringify(await ctx.call("sla_get_report", { agent }), null, 2),
};
export default resource;
