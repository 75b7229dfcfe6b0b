import type { Resource } from "../../base/resource.ts";

const resource: Resource = {
  name: "board",
  uri: "entente://boards/{id}",
  description: "A blackboard as JSON: its members, its revision, its keys and their versions. Tells when it changes.",
  mimeType: "application/json",
  read: async ({ id }, ctx) => JSON.stringify(await ctx.call("board_list", { board: id }), null, 2),
};
export default resource;
