import type { Resource } from "../../base/resource.ts";

const resource: Resource = {
  name: "learning-run",
  uri: "entente://runs/{run}",
  description:
    "A learning run as JSON: phases, negotiations, selection, training curve, version and verdict. `latest` is the newest.",
  mimeType: "application/json",
  read: async ({ run }, ctx) => JSON.stringify(await ctx.call("learning_get_run", { run }), null, 2),
};
export default resource;
