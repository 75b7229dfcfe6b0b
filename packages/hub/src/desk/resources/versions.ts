import type { Resource } from "../../base/resource.ts";

const resource: Resource = {
  name: "model-versions",
  uri: "entente://models/{model}/versions",
  description: "The versions of a model as JSON, newest first, each with its gate's verdict.",
  mimeType: "application/json",
  read: async ({ model }, ctx) => JSON.stringify(await ctx.call("learning_list_versions", { model }), null, 2),
};
export default resource;
