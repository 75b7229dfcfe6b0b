import type { Resource } from "../../base/resource.ts";

const resource: Resource = {
  name: "negotiation",
  uri: "entente://negotiations/{id}",
  description: "A negotiation as JSON: bids, scores, the award and why, every event, the agreements.",
  mimeType: "application/json",
  read: async ({ id }, ctx) => JSON.stringify(await ctx.call("negotiation_get", { id }), null, 2),
};
export default resource;
