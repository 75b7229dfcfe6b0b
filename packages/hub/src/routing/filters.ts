/** The hard filters: each says why an agent cannot be given the request at all, or nothing. Pure. */
import { dataClasses } from "../base/sla-extension.ts";
import type { Candidate } from "./candidate.ts";
import type { Facts } from "./facts.ts";
import { type Match, skillsFor } from "./matching.ts";
import type { RoutingPolicy } from "./policy.ts";
import type { Standing } from "./pool.ts";
import type { RouteRequest } from "./request.ts";

/** Why an agent was dropped: the filter and a sentence. */
export interface Drop {
  readonly agent: string;
  readonly filter: FilterName;
  readonly why: string;
}

/** The filters, in the order in which they are asked. */
export const filterNames = [
  "chain",
  "policy",
  "skill",
  "modality",
  "extension",
  "region",
  "data",
  "price",
  "busy",
  "breaker",
  "deadline",
] as const;
export type FilterName = (typeof filterNames)[number];

/** Lists that the operator keeps. */
export interface RoutingLists {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** What never depends on the moment: everything but `busy`, `breaker` and `deadline`. */
export function staticDrop(
  candidate: Candidate,
  request: RouteRequest,
  match: Match,
  lists: RoutingLists,
  policy: RoutingPolicy,
): Drop | undefined {
  const drop = (filter: FilterName, why: string): Drop => ({ agent: candidate.name, filter, why });
  const { name, service } = candidate;
  if (request.chain.path.includes(name))
    return drop("chain", `the work has passed it already: ${request.chain.path.join(" > ")}`);
  if (lists.deny.includes(name)) return drop("policy", "routing.deny names it");
  if (lists.allow.length > 0 && !lists.allow.includes(name)) return drop("policy", "routing.allow does not name it");
  if (request.deny.includes(name)) return drop("policy", "the caller ruled it out");
  if (request.allow.length > 0 && !request.allow.includes(name)) return drop("policy", "the caller asked for others");
  const skills = skillsFor(candidate, request.skill);
  if (skills.length === 0)
    return drop("skill", `wanted the skill or tag "${request.skill ?? ""}"; offers ${list(candidate.skills.map((s) => s.id))}`);
  if (request.skill === undefined && match.fit !== undefined && match.fit < policy.leastFit)
    return drop("skill", `nothing that it offers fits the text (${match.fit.toFixed(2)}; wanted ${policy.leastFit})`);
  const fits = skills.some(
    (skill) => covers(skill.inputModes, request.inputModes) && covers(skill.outputModes, request.outputModes),
  );
  if (!fits)
    return drop(
      "modality",
      `wanted ${list(request.inputModes)} in and ${list(request.outputModes)} out; takes ${list(skills[0]?.inputModes ?? [])} and gives ${list(skills[0]?.outputModes ?? [])}`,
    );
  const missing = request.extensions.find((uri) => !candidate.extensions.includes(uri));
  if (missing !== undefined) return drop("extension", `does not support ${missing}`);
  if (request.region !== undefined && service.region !== request.region)
    return drop("region", `wanted ${request.region}; is in ${service.region ?? "a region it does not name"}`);
  const unfit = dataDrop(candidate, request);
  if (unfit !== undefined) return drop("data", unfit);
  const allowed = Math.min(request.maxPrice ?? Number.POSITIVE_INFINITY, creditsLeft(request));
  if ((service.price ?? 0) > allowed) return drop("price", `costs ${service.price} credits; ${allowed} may be spent`);
  return undefined;
}

/** What depends on the moment. `ignoreBreakers` is panic mode. */
export function momentaryDrop(
  candidate: Candidate,
  request: RouteRequest,
  standing: Standing,
  facts: Facts,
  ignoreBreakers: boolean,
  now: number,
  policy: RoutingPolicy,
): Drop | undefined {
  const drop = (filter: FilterName, why: string): Drop => ({ agent: candidate.name, filter, why });
  const { breaker, load } = standing;
  if (load.underWay.size >= policy.maxOutstanding) return drop("busy", `has ${load.underWay.size} calls under way`);
  if (!ignoreBreakers) {
    if (breaker.state === "open") return drop("breaker", `ejected for ${breaker.until - now} ms more: ${breaker.why}`);
    if (breaker.state === "half-open" && breaker.probe !== undefined)
      return drop("breaker", "a probe is under way; it is asked again when that goes well");
  }
  if (request.deadlineAt !== undefined) {
    const left = request.deadlineAt - now;
    const needs = facts.totalP95Ms ?? candidate.service.promises?.totalMs;
    if (needs !== undefined && needs > left)
      return drop("deadline", `needs ${Math.round(needs)} ms (95th percentile); ${Math.round(left)} ms are left`);
  }
  return undefined;
}

/** Credits that the chain may still spend. */
export function creditsLeft(request: RouteRequest): number {
  const { limit, spent } = request.chain;
  return limit === undefined ? Number.POSITIVE_INFINITY : limit - spent;
}

function dataDrop(candidate: Candidate, request: RouteRequest): string | undefined {
  const { accepts = "public", retains = true, trains = true } = candidate.service.data ?? {};
  const wanted = request.data.class;
  if (wanted !== undefined && dataClasses.indexOf(wanted) > dataClasses.indexOf(accepts))
    return `the data is ${wanted}; it may be given ${accepts} data at most`;
  if (!request.data.mayRetain && retains) return "it does not promise to keep nothing";
  if (!request.data.mayTrain && trains) return "it does not promise not to train on what it is given";
  return undefined;
}

// A media range covers what it names: text/* and */* as in HTTP's Accept.
function covers(offered: readonly string[], wanted: readonly string[]): boolean {
  if (offered.length === 0) return true;
  return wanted.every((mode) =>
    offered.some((range) => range === mode || range === "*/*" || (range.endsWith("/*") && mode.startsWith(range.slice(0, -1)))),
  );
}

function list(values: readonly string[]): string {
  return values.length === 0 ? "anything" : values.join(", ");
}
