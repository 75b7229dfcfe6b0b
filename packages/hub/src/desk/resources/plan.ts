import type { Resource } from "../../base/resource.ts";

const resource: Resource = {
  name: "plan",
  uri: "entente://plans/{id}",
  description:
    "A plan as JSON: how each task stands, contractors, prices, results, and the graph as a Mermaid flowchart. Tells when it changes.",
  mimeType: "application/json",
  read: async ({ id }, ctx) => JSON.stringify(await ctx.call("plan_status", { plan: id }), null, 2),
};
export default resource;
