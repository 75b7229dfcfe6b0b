import { defineErrors } from "../base/errors.ts";

export const negotiationErrors = defineErrors({
  NO_BIDDERS: { status: 503, text: (d: { skill: string }) => `no agent of this hub offers the skill "${d.skill}"` },
  NO_ACCEPTABLE_BID: {
    status: 503,
    text: (d: { subject: string; bidders: readonly string[] }) =>
      `nobody made an acceptable bid for "${d.subject}" (asked: ${d.bidders.join(", ")})`,
  },
  CONTRACT_FAILED: {
    status: 502,
    text: (d: { subject: string; failed: readonly string[]; reasons: readonly string[] }) =>
      `"${d.subject}" was awarded but not done: ${d.failed.map((name, i) => `${name} (${d.reasons[i] ?? "no reason"})`).join(", ")}`,
  },
  AGREEMENT_NOT_MINE: {
    status: 409,
    text: (d: { contractor: string; wanted: string; got: string }) =>
      `${d.contractor} signs only what it offered: wanted ${d.wanted}, got ${d.got}`,
  },
});
