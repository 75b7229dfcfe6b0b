import { type Clock, systemClock } from "../../src/base/clock.ts";
import type { ConfigValues } from "../../src/base/config-keys.ts";
import { Assemblies } from "../../src/negotiation/assemblies/assemblies.ts";
import { auctionOf, auctionOpening, voteOf, voteOpening } from "../../src/negotiation/assemblies/opening.ts";
import type { AssemblyTerms } from "../../src/negotiation/assemblies/terms.ts";
import { auctionView, voteView } from "../../src/negotiation/assemblies/view.ts";
import { BargainRecords } from "../../src/negotiation/bargains/records.ts";
import { Collaboration } from "../../src/negotiation/collaboration.ts";
import { PlanRecords } from "../../src/negotiation/plans/records.ts";
import { Watch } from "../../src/negotiation/watch.ts";
import { openPartyKey } from "../../src/security/keys.ts";
import type { Store } from "../../src/store/store.ts";
import { openLog } from "../../src/telemetry/log.ts";
import type { House as BargainHouse } from "../bargains/house.ts";

/** What many do together, over a store and a hub's bargaining. */
export function openCollaboration(
  store: Store,
  dataFolder: string,
  { registry, bargaining }: Pick<BargainHouse, "registry" | "bargaining">,
  values: ConfigValues,
): Collaboration {
  const plans = new PlanRecords(store, systemClock);
  return new Collaboration({
    store,
    plans,
    registry,
    clock: systemClock,
    log: openLog("silent"),
    dataFolder,
    bargaining,
    values,
  });
}

/** Who takes part in tests. */
export const names = ["ada", "bob", "cy", "dee"];

/** A hub's votes and auctions over a store, without the rest of the hub. */
export interface House extends AsyncDisposable {
  readonly assemblies: Assemblies;
  readonly mandates: BargainRecords;
  readonly clock: Clock;
}

/** Opens it. */
export function openHouse(
  store: Store,
  dataFolder: string,
  { clock = systemClock, sweepMs = 50, limit = 1000 }: { clock?: Clock; sweepMs?: number; limit?: number } = {},
): House {
  const log = openLog("silent");
  const watch = new Watch({ store, log, limit: 100, pollMs: 20, idleMs: 50 });
  const mandates = new BargainRecords(store, clock);
  const keys = new Map<string, ReturnType<typeof openPartyKey>>();
  const assemblies = new Assemblies({
    store,
    registry: { has: (name) => names.includes(name) },
    clock,
    log,
    dataFolder,
    watch,
    mandates,
    keyOf: (party) => {
      const key = keys.get(party) ?? openPartyKey(dataFolder, party);
      keys.set(party, key);
      return key;
    },
    openAssemblies: limit,
    sweepMs,
  });
  return {
    assemblies,
    mandates,
    clock,
    [Symbol.asyncDispose]: async () => {
      await assemblies[Symbol.asyncDispose]();
      await watch[Symbol.asyncDispose]();
    },
  };
}

/** A vote that the operator opens. */
export function voteCall(now: number, more: object = {}): AssemblyTerms {
  const input = voteOpening.parse({ subject: "lunch", options: ["soup", "salad"], voters: names, deadlineMs: 60_000, ...more });
  return voteOf("operator", input, now);
}

/** An auction that the operator opens. */
export function auctionCall(now: number, more: object = {}): AssemblyTerms {
  const input = auctionOpening.parse({ subject: "a day of work", kind: "sealed-bid", bidders: names, ...more });
  return auctionOf("operator", input, now);
}

/** A vote as somebody sees it. */
export async function seenVote({ assemblies }: House, id: string, viewer: string) {
  return voteView(await assemblies.read(id), await assemblies.records.answers(id), viewer);
}

/** An auction as somebody sees it. */
export async function seenAuction({ assemblies }: House, id: string, viewer: string) {
  return auctionView(await assemblies.read(id), await assemblies.records.answers(id), viewer);
}

/** Whether an error is of a code, and says something. */
