import type { Resource } from "../../base/resource.ts";

const resource: Resource = {
  name: "hub-status",
  uri: "entente://status",
  description: "The hub right now, as JSON.",
  mimeType: "application/json",
  read: async (_parts, ctx) => JSON.stringify(await ctx.call("hub_status", {}), null, 2),
};
export default resource;
