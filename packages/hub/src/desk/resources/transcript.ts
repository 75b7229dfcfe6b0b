import type { Resource } from "../../base/resource.ts";

const resource: Resource = {
  name: "transcript",
  uri: "entente://transcripts/{id}",
  description:
    "What happened in a session as JSON: a bargain, a vote, an auction, a job by Contract Net, a blackboard, a plan; the first thousand events. Tells when it changes.",
  mimeType: "application/json",
  read: async ({ id }, ctx) => JSON.stringify(await ctx.call("transcript_get", { id, limit: 1000 }), null, 2),
};
export default resource;
