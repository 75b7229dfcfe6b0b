import { QuantumError } from "../errors.ts";
import { mediaTypes } from "./media-type.ts";
import type { ResponseCache } from "./response-cache.ts";
import { identityIn, type LeapSolver, parseSolver } from "./solver.ts";
import { identityText } from "./solver-identity.ts";
import type { Transport } from "./transport.ts";

const path = "solvers/remote/";
const definitionsKeptMs = 3_600_000;
const statesKeptMs = 900_000;

/**
 * All solvers of the account: their definitions, which seldom change, and their status and load, which do, are asked for and kept
 * apart. Throws LEAP_BAD_RESPONSE and transport codes.
 */
export async function fetchSolvers(
  transport: Transport,
  cache: ResponseCache,
  refresh: boolean,
  signal?: AbortSignal,
): Promise<readonly LeapSolver[]> {
  const part = async (filter: string, maxAgeMs: number): Promise<readonly unknown[]> => {
    const request = { method: "GET", path, query: { filter }, accept: mediaTypes.solvers, signal } as const;
    const json = await cache.json(transport, request, maxAgeMs, refresh);
    if (!Array.isArray(json)) throw new QuantumError("LEAP_BAD_RESPONSE", { url: path, wanted: "a list of solvers", got: json });
    return json;
  };
  const fixed = await part("all,-status,-avg_load", definitionsKeptMs);
  const moving = await part("none,+identity,+status,+avg_load", statesKeptMs);
  const states = new Map(
    moving.flatMap((state) => {
      const identity = identityIn(state);
      return identity === undefined ? [] : [[identityText(identity), state] as const];
    }),
  );
  return fixed.map((definition) => {
    const identity = identityIn(definition);
    return parseSolver(definition, identity === undefined ? undefined : states.get(identityText(identity)), path);
  });
}
