import { defineErrors } from "../base/errors.ts";

export const negotiationErrors = defineErrors({
  NO_BIDDERS: { status: 503, text: (d: { skill: string }) => `no agent of this hub offers the skill "${d.skill}"` },
  NO_ACCEPTABLE_BID: {
    status: 503,
    text: (d: { subject: string; bidders: readonly string[]; most?: number; cheapest?: number }) =>
      `nobody made an acceptable bid for "${d.subject}" (asked: ${d.bidders.join(", ")})${d.cheapest === undefined ? "" : `; the cheapest price was ${d.cheapest}, and it may be at most ${d.most}`}`,
  },
  CONTRACT_FAILED: {
    status: 502,
    text: (d: { subject: string; failed: readonly string[]; reasons: readonly string[] }) =>
      `"${d.subject}" was awarded but not done: ${d.failed.map((name, i) => `${name} (${d.reasons[i] ?? "no reason"})`).join(", ")}`,
  },
  CONTRACT_CANCELLED: {
    status: 409,
    text: (d: { subject: string; reason: string }) => `"${d.subject}" was called off: ${d.reason}`,
  },
  PLAN_INVALID: { status: 400, text: (d: { problem: string }) => d.problem },
  PLAN_REFERENCE: {
    status: 422,
    text: (d: { task: string; path: string; problem: string }) =>
      `{"$from": "${d.task}", "path": "${d.path}"}: wanted a value in the result of "${d.task}"; ${d.problem}`,
  },
  PLAN_ID_USED: {
    status: 409,
    text: (d: { id: string; plan: string }) =>
      `id "${d.id}" stands for another plan, "${d.plan}"; give the same plan again, or another id`,
  },
  PLANS_TOO_MANY: {
    status: 429,
    text: (d: { principal: string; limit: number }) =>
      `${d.principal} has ${d.limit} open plans (negotiation.openPlans); let one end or cancel one before another begins`,
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
  MODEL_TOKENS_SPENT: {
    status: 429,
    text: (d: { negotiation: string; used: number; limit: number }) =>
      `the model of negotiation "${d.negotiation}" has used ${d.used} tokens of ${d.limit} (models.tokensPerSession)`,
  },
  MODEL_ANSWERS_WRONG: {
    status: 502,
    text: (d: { party: string; answers: number; problem: string }) =>
      `the model of "${d.party}" gave ${d.answers} answers that do not count; the last: ${d.problem}`,
  },
  MODEL_UNBOUND: {
    status: 400,
    text: (d: { party: string }) =>
      `a language model bargains only within limits: wanted preferences or a mandate for "${d.party}"; got neither`,
  },
  SAMPLING_MISSING: {
    status: 400,
    text: (d: { client: string }) =>
      `the model of ${d.client} cannot be asked: it offers no MCP sampling. A strategy can bargain (negotiate_start with preferences), a configured model (model, see models_list), or you yourself (negotiate_offer, negotiate_accept, negotiate_end)`,
  },
  SEAT_TAKEN: {
    status: 409,
    text: (d: { party: string; by: string }) =>
      `"${d.party}" is played by its ${d.by}; wanted a party that answers itself, by tools`,
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
