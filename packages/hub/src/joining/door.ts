/**
 * The hub's end of a pipe. A connection begins at the door: whoever comes over HTTP was let in by its token already, whoever
 * comes over the Unix socket is the operator (its file is the operator's own), or says by a token who else it is. Past the
 * door there are A2A for everybody, tools for the operator, and a place for agents that join.
 */
import { CallError, type Endpoint, receive } from "@entente/pipe";
import { doorInterface, hubInterface, type Join } from "@entente/sdk";
import type { Served } from "../a2a/bindings/http-call.ts";
import { serveA2aPipe } from "../a2a/bindings/pipe.ts";
import type { Clock } from "../base/clock.ts";
import { asEntenteError } from "../base/errors.ts";
import { operator } from "../base/principals.ts";
import type { Principal, Progress } from "../base/tool.ts";
import type { Dispatcher } from "../mcp/dispatch.ts";
import { securityErrors } from "../security/token.ts";
import { joiningErrors } from "./joined-agent.ts";
import type { JoinedAgents } from "./joined-agents.ts";

/** What the door stands on. */
export interface DoorInput {
  readonly dispatcher: Dispatcher;
  readonly joined: JoinedAgents;
  readonly find: (agent: string) => Served;
  /** Whose token this is. Throws TOKEN_WRONG. */
  readonly principalOf: (token: string) => Promise<Principal>;
  readonly clock: Clock;
  /** Ends when the hub knows all its members; nobody enters before. */
  readonly opened: Promise<void>;
  /** The tools that agents of clients may call; `*` at the end of a name stands for anything. */
  readonly clientTools: readonly string[];
  /** Hears whose a connection is. */
  readonly entered: (endpoint: Endpoint, principal: Principal) => void;
  readonly version: string;
  readonly url: () => string;
}

/** Serves one connection. `known` is who it is, where that was found out on the way. */
export function openDoor(input: DoorInput, endpoint: Endpoint, known: Principal | undefined): void {
  const { principalOf, opened, version, url } = input;
  let inside = false;
  receive(endpoint, doorInterface, {
    enter: async ({ token }) => {
      try {
        const principal = known ?? (token === undefined ? operator : await principalOf(token));
        await opened;
        if (!inside) {
          inside = true;
          input.entered(endpoint, principal);
          serveInside(input, endpoint, principal);
        }
        return { principal: principal.id, version, url: url() };
      } catch (thrown) {
        throw asCallError(thrown);
      }
    },
  });
}

function serveInside(input: DoorInput, endpoint: Endpoint, principal: Principal): void {
  const { dispatcher, joined, find, clock, clientTools } = input;
  serveA2aPipe(endpoint, principal, find, () => clock.now());
  const allowed = (tool: string): boolean => principal.kind === "operator" || clientTools.some((pattern) => fits(tool, pattern));
  // An agent acts under its own name, with what its owner may; else tools are the operator's.
  const actor = (tool: string, agent: string | undefined): Principal => {
    if (agent === undefined) {
      if (principal.kind !== "operator") throw securityErrors.OPERATOR_ONLY({ path: "callTool", principal: principal.id });
      return principal;
    }
    if (!joined.isOn(agent, endpoint)) throw joiningErrors.AGENT_NOT_JOINED({ agent });
    if (!allowed(tool)) throw joiningErrors.AGENT_TOOL_FORBIDDEN({ agent, tool });
    return { id: agent, kind: "agent" };
  };
  receive(endpoint, hubInterface, {
    async *callTool({ tool, input, agent }, { signal }) {
      try {
        yield* steps((progress) => dispatcher.call(tool, input, { principal: actor(tool, agent), signal, progress }));
      } catch (thrown) {
        throw asCallError(thrown);
      }
    },
    listTools: () =>
      dispatcher.catalogue.listed
        .filter(({ name }) => allowed(name))
        .map(({ name, description, inputSchema, outputSchema }) => plain({ name, description, inputSchema, outputSchema })),
    join: async (join: Join) => {
      try {
        return { url: await joined.join(join, principal, endpoint) };
      } catch (thrown) {
        throw asCallError(thrown);
      }
    },
  });
}

type Step = { result: never } | { progress: { done: number; total?: number; unit?: string; message?: string } };

// Progress is for looking at: when it comes faster than it is read, only the newest is kept.
async function* steps(run: (progress: (step: Progress) => void) => Promise<Record<string, unknown>>): AsyncGenerator<Step> {
  let newest: Progress | undefined;
  let wake = Promise.withResolvers<void>();
  let ended: { readonly result: Record<string, unknown> } | { readonly error: unknown } | undefined;
  run((progress) => {
    newest = progress;
    wake.resolve();
  }).then(
    (result) => {
      ended = { result };
      wake.resolve();
    },
    (error) => {
      ended = { error };
      wake.resolve();
    },
  );
  for (;;) {
    await wake.promise;
    wake = Promise.withResolvers<void>();
    if (newest) {
      const { done, total, unit, message } = newest;
      newest = undefined;
      yield {
        progress: { done, ...(total === undefined ? {} : { total }), ...(unit ? { unit } : {}), ...(message ? { message } : {}) },
      };
    }
    if (!ended) continue;
    if ("error" in ended) throw ended.error;
    return yield { result: plain(ended.result) };
  }
}

function fits(tool: string, pattern: string): boolean {
  return pattern.endsWith("*") ? tool.startsWith(pattern.slice(0, -1)) : tool === pattern;
}

// A tool's result is JSON but for members that are undefined, which a pipe does not carry.
function plain(value: unknown): never {
  return JSON.parse(JSON.stringify(value)) as never; // why: never fits every JSON type that the interfaces name
}

function asCallError(thrown: unknown): CallError {
  if (thrown instanceof CallError) return thrown;
  const { code, message, details } = asEntenteError(thrown);
  return new CallError(code, message, details);
}
