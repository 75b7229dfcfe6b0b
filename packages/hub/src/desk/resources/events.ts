import type { Resource } from "../../base/resource.ts";

const resource: Resource = {
  name: "recent-events",
  uri: "entente://events",
  description: "The newest 200 events of the log, as JSON.",
  mimeType: "application/json",
  read: async (_parts, ctx) => JSON.stringify(await ctx.call("hub_list_events", { limit: 200 }), null, 2),
};
export default resource;
