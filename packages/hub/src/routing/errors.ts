import { defineErrors } from "../base/errors.ts";

export const routingErrors = defineErrors({
  ROUTE_NOBODY: {
    status: 503,
    text: (d: { wanted: string; dropped: readonly string[] }) =>
      `no agent can be given this (${d.wanted}): ${d.dropped.join("; ") || "this hub has no agents"}`,
  },
  ROUTE_LOOP: {
    status: 409,
    text: (d: { agent: string; path: readonly string[] }) =>
      `the work would come back to ${d.agent}, which has had it before: ${d.path.join(" > ")}`,
  },
  ROUTE_TOO_DEEP: {
    status: 409,
    text: (d: { depth: number; limit: number; path: readonly string[] }) =>
      `the work has passed ${d.depth} agents (${d.path.join(" > ")}); routing.maxDepth allows ${d.limit}`,
  },
  ROUTE_CREDITS_SPENT: {
    status: 402,
    text: (d: { spent: number; limit: number }) => `the chain may cost ${d.limit} credits and has cost ${d.spent}`,
  },
  ROUTE_DEADLINE: {
    status: 504,
    text: (d: { lateMs: number; attempts: number }) =>
      `the deadline passed ${d.lateMs} ms ago, after ${d.attempts} attempts at agents`,
  },
  ROUTE_FAILED: {
    status: 502,
    text: (d: { attempts: readonly string[]; stopped: string }) =>
      `every attempt failed: ${d.attempts.join("; ")}; not tried again, since ${d.stopped}`,
  },
  CHAIN_INVALID: {
    status: 400,
    text: (d: { problems: readonly string[] }) => `the chain in the message's metadata cannot be read: ${d.problems.join("; ")}`,
  },
});
