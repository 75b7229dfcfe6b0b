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
  BARGAIN_INVALID: { status: 400, text: (d: { problem: string }) => d.problem },
  OFFER_INVALID: { status: 400, text: (d: { problem: string }) => d.problem },
  ACT_REFUSED: {
    status: 409,
    text: (d: { negotiation: string; party: string; reason: string; turn: string }) =>
      `negotiation "${d.negotiation}" does not take this from "${d.party}": ${d.reason}; ${d.turn}`,
  },
  MANDATE_EXCEEDED: {
    status: 403,
    text: (d: { party: string; rule: string; got: string; allowed: string }) =>
      `outside the mandate of "${d.party}" (${d.rule}): got ${d.got}; allowed: ${d.allowed}`,
  },
  MANDATE_FORBIDDEN: {
    status: 403,
    text: (d: { principal: string }) =>
      `a mandate is set by the operator, so that nobody widens its own; "${d.principal}" may narrow it for one session in negotiate_start`,
  },
  BARGAINS_TOO_MANY: {
    status: 429,
    text: (d: { principal: string; limit: number }) =>
      `${d.principal} has ${d.limit} open negotiations (negotiation.openBargains); end one before another begins`,
  },
  ASSEMBLIES_TOO_MANY: {
    status: 429,
    text: (d: { principal: string; limit: number }) =>
      `${d.principal} has ${d.limit} open votes and auctions (negotiation.openAssemblies); close one before another is opened`,
  },
  PARTIES_INVALID: {
    status: 400,
    text: (d: { field: string; wanted: string; got: string }) => `${d.field}: wanted ${d.wanted}; got "${d.got}"`,
  },
  AGREEMENT_NOT_MINE: {
    status: 409,
    text: (d: { contractor: string; wanted: string; got: string }) =>
      `${d.contractor} signs only what it offered: wanted ${d.wanted}, got ${d.got}`,
  },
});
