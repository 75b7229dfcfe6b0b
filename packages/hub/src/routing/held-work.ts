import type { Chain } from "../base/sla-extension.ts";
import { chainOfWork, newChain, passedTo } from "./chain.ts";

/** A piece of work that an agent has from the router. */
interface Held {
  readonly chain: Chain;
  readonly deadlineAt: number | undefined;
}

/** What an agent acts in: the chain, and the time by which the work it has must be done. */
export type Acting = Held;

/**
 * Who has which work right now. An agent that asks another one may say which chain it acts in; when it does not, it acts
 * in that of the work it has, and in any case its own deadline holds for what it passes on.
 */
export class HeldWork {
  readonly #held = new Map<string, Map<string, Held>>();

  /** An agent has been given work. */
  take(agent: string, attempt: string, chain: Chain, deadlineAt: number | undefined): void {
    const held = this.#held.get(agent) ?? new Map<string, Held>();
    this.#held.set(agent, held.set(attempt, { chain, deadlineAt }));
  }

  /** An agent is done with work. */
  release(agent: string, attempt: string): void {
    const held = this.#held.get(agent);
    held?.delete(attempt);
    if (held?.size === 0) this.#held.delete(agent);
  }

  /** What an agent acts in. `said` is the chain it named; `id` is for a chain that begins here. */
  actingIn(agent: string, said: Chain | undefined, id: string): Acting {
    const held = [...(this.#held.get(agent)?.values() ?? [])];
    if (said) {
      const same = held.filter(({ chain }) => chain.id === said.id);
      return { chain: same.reduce((chain, one) => noLooser(chain, one.chain), said), deadlineAt: loosest(same) };
    }
    const chain = chainOfWork(held.map((one) => one.chain)) ?? passedTo(newChain(id, undefined), agent);
    return { chain, deadlineAt: loosest(held) };
  }

  /** What an agent spent on others counts for the work it has, so that it cannot spend the limit twice. */
  spend(agent: string, chain: Chain): void {
    const held = this.#held.get(agent);
    for (const [attempt, one] of held ?? [])
      if (one.chain.id === chain.id)
        held?.set(attempt, { ...one, chain: { ...one.chain, spent: Math.max(one.chain.spent, chain.spent) } });
  }
}

// What an agent says of a chain that it has from here may add to it, but not take away what it passed, cost or may cost.
function noLooser(said: Chain, known: Chain): Chain {
  const passed = known.path.every((agent, at) => said.path[at] === agent);
  const limits = [said.limit, known.limit].filter((limit) => limit !== undefined);
  return {
    id: said.id,
    path: passed ? said.path : known.path,
    spent: Math.max(said.spent, known.spent),
    ...(limits.length === 0 ? {} : { limit: Math.min(...limits) }),
  };
}

// Which of several pieces of work it acts for is not known: the one with most time.
function loosest(held: readonly Held[]): number | undefined {
  if (held.length === 0 || held.some(({ deadlineAt }) => deadlineAt === undefined)) return undefined;
  return Math.max(...held.map(({ deadlineAt }) => deadlineAt ?? 0));
}
