/**
 * Chains of work: an agent that asks another agent, which asks another. The chain travels in the message's metadata; it
 * names the agents that have the work now, from the first to the newest, and what it has cost. A piece of work never
 * comes back to an agent that has it (A > B > A), passes at most `maxDepth`, and costs at most its limit.
 */
import type { EntenteError } from "../base/errors.ts";
import { type Chain, slaExtension, type Travelling, travelling } from "../base/sla-extension.ts";
import { routingErrors } from "./errors.ts";

/** A chain at its beginning. */
export function newChain(id: string, limit: number | undefined): Chain {
  return { id, path: [], spent: 0, ...(limit === undefined ? {} : { limit }) };
}

/** The chain with the agent that the work goes to next. */
export function passedTo(chain: Chain, agent: string): Chain {
  return { ...chain, path: [...chain.path, agent] };
}

/** Why a chain may not go on at all, or undefined. */
export function chainEnd(chain: Chain, maxDepth: number): EntenteError | undefined {
  const { path, spent, limit } = chain;
  if (path.length >= maxDepth) return routingErrors.ROUTE_TOO_DEEP({ depth: path.length, limit: maxDepth, path });
  if (limit !== undefined && spent > 0 && spent >= limit) return routingErrors.ROUTE_CREDITS_SPENT({ spent, limit });
  return undefined;
}

/** The metadata that carries the chain, the skill and the time left to an agent. */
export function toMetadata(travels: Travelling): { readonly [uri: string]: Travelling } {
  return { [slaExtension]: travels };
}

/** What a message's metadata carries; nothing when it carries nothing. Throws CHAIN_INVALID. */
export function fromMetadata(metadata: { readonly [key: string]: unknown } | undefined): Travelling {
  const carried = metadata?.[slaExtension];
  if (carried === undefined) return {};
  const parsed = travelling.safeParse(carried);
  if (!parsed.success)
    throw routingErrors.CHAIN_INVALID({
      problems: parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
    });
  return parsed.data;
}

/**
 * The chain that an agent acts in when it did not say: that of the one piece of work it has from this router; of several,
 * as deep as the deepest, but only with the agents that all have passed, so that no loop is seen where there is none.
 */
export function chainOfWork(held: readonly Chain[]): Chain | undefined {
  const [first, ...others] = held;
  if (!first || others.length === 0) return first;
  const deepest = held.reduce((a, b) => (b.path.length > a.path.length ? b : a));
  const shared = new Set(first.path.filter((agent) => others.every((chain) => chain.path.includes(agent))));
  return { ...deepest, path: deepest.path.map((agent) => (shared.has(agent) ? agent : `${agent}?`)) };
}
