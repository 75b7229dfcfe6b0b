/** Running an agent: joins a hub, serves what it sends, and comes back when the connection or the hub went away. */
import { setTimeout as sleep } from "node:timers/promises";
import { RemoteError } from "@entente/pipe";
import type { Agent } from "./agent.ts";
import { connect, type HubAddress } from "./connection.ts";
import { HubError } from "./errors.ts";
import { hostAgents } from "./host.ts";

/** Options of running an agent. */
export interface RunOptions extends HubAddress {
  /** Told of what happens: joined, lost, tried again. Default: writes one line each to stderr. */
  readonly log?: ((line: string) => void) | undefined;
  /** Longest pause between attempts to come back, ms. Default 10 s. The pauses double up to it, until a stay has lasted. */
  readonly longestPauseMs?: number | undefined;
}

const firstPauseMs = 100;

/**
 * Joins the hub and runs until `signal` is aborted; resolves then. Rejects when the hub does not take the agent (HubError with
 * its code) and when the very first connection fails; later losses are mended by coming back. Where another process runs an
 * agent of the same name, each takes the name from the other; the log says so, and the pauses grow to the longest.
 *
 *     await runAgent(greeter, { hub: "https://hub.example", token });
 */
export async function runAgent(agent: Agent, options: RunOptions = {}): Promise<void> {
  const { signal, longestPauseMs = 10_000, log = (line) => void process.stderr.write(`${line}\n`) } = options;
  let pauseMs = firstPauseMs;
  for (let first = true; !signal?.aborted; first = false) {
    try {
      const { why, stayedMs } = await join(agent, options, log);
      if (signal?.aborted) return;
      // Two that take a name from each other stay as long as the other pauses, which must not count as a stay that lasted.
      if (stayedMs > 2 * longestPauseMs) pauseMs = firstPauseMs;
      log(`${agent.name}: the connection ended (${why}); coming back in ${pauseMs} ms`);
    } catch (thrown) {
      if (signal?.aborted) return;
      if (first || refused(thrown)) throw thrown;
      log(`${agent.name}: ${thrown instanceof Error ? thrown.message : String(thrown)}; trying again in ${pauseMs} ms`);
    }
    try {
      await sleep(pauseMs, undefined, { signal });
    } catch {
      return; // Ended while waiting.
    }
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
  }
}

// Only what will be the same the next time: a hub that stops or is out of order answers with errors too.
function refused(thrown: unknown): boolean {
  return thrown instanceof HubError && (thrown.code === "INPUT_INVALID" || thrown.code.startsWith("AGENT_NAME_"));
}

interface Stay {
  readonly why: string;
  readonly stayedMs: number;
}

// One stay at the hub; resolves with why it ended.
async function join(agent: Agent, options: RunOptions, log: (line: string) => void): Promise<Stay> {
  const { signal } = options;
  const { endpoint, hub } = await connect(options);
  const leave = (): void => endpoint.close();
  signal?.addEventListener("abort", leave, { once: true });
  try {
    hostAgents(endpoint, new Map([[agent.name, agent]]), hub);
    const { name, description, skills, restart = "fail" } = agent;
    const [bids, negotiates] = [agent.bid !== undefined, agent.negotiate !== undefined];
    const [votes, auctions] = [agent.vote !== undefined, agent.auction !== undefined];
    const profile = JSON.parse(JSON.stringify({ name, description, skills, restart, bids, negotiates, votes, auctions }));
    try {
      const { url } = await hub.join(profile, { signal });
      log(`${name}: joined the hub; reachable at ${url}`);
    } catch (thrown) {
      if (thrown instanceof RemoteError) throw new HubError(thrown.code, thrown.message, thrown.details, { cause: thrown });
      throw thrown;
    }
    const joinedAt = performance.now();
    const { message } = await endpoint.closed;
    return { why: message, stayedMs: performance.now() - joinedAt };
  } finally {
    signal?.removeEventListener("abort", leave);
    endpoint.close();
  }
}
