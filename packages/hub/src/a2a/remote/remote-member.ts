/**
 * One agent elsewhere, opened by its pinned card: the service that this hub's principals use, and what stands behind it for as
 * long as that card holds. A member is replaced, never changed; whoever replaces it disposes of the old one.
 */
import { AgentCard } from "@a2a-js/sdk";
import type { JWK } from "jose";
import type { Clock } from "../../base/clock.ts";
import { canonicalJson } from "../../base/json.ts";
import type { Logger } from "../../base/logger.ts";
import type { TaskSighting } from "../../base/sighting.ts";
import type { RemoteAgentsTable } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { PushDesk } from "../push/desk.ts";
import type { AgentService } from "../service.ts";
import type { TrustedCard } from "./card-trust.ts";
import type { GrpcReach } from "./grpc-transport.ts";
import { guarded } from "./guarded-service.ts";
import { RemotePushes } from "./remote-pushes.ts";
import type { RemoteLimits } from "./remote-service.ts";
import { RemoteSightings } from "./remote-sightings.ts";
import { RemoteTasks } from "./remote-tasks.ts";

/** What a member stands on. */
export interface RemoteMemberInput {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** Reaches the network, guarded; `agent` says whose credentials to carry, if there are any. */
  readonly fetchFor: (agent: string) => typeof fetch;
  /** The same for gRPC. */
  readonly grpcFor: (agent: string) => GrpcReach;
  readonly sighted: (sighting: TaskSighting) => void;
  /** How long an agent may take to answer; `answerMs` is also how long a followed stream may rest before the task is looked at. */
  readonly limits: RemoteLimits;
  /** Throws when the hub may not call a URL that somebody names. */
  readonly checkUrl: (url: string) => void;
  /** Called when a notification waits in the outbox. */
  readonly wake: () => void;
}

/** How an agent answered when it was last looked at. */
export interface Health {
  readonly state: "unknown" | "up" | "down";
  readonly checkedAt: number | undefined;
  readonly problem: string | undefined;
}

/** An agent elsewhere. */
export interface RemoteMember extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly card: AgentCard;
  readonly cardHash: string;
  /** The key that vouches for the card; undefined for one that was taken unsigned. */
  readonly key: JWK | undefined;
  readonly pending: { readonly hash: string; readonly card: AgentCard } | undefined;
  readonly service: AgentService;
  readonly health: Health;
}

/** Opens an agent by its row, and goes on following what was followed. Throws CARD_INVALID. */
export async function openMember(input: RemoteMemberInput, row: RemoteAgentsTable, health: Health): Promise<RemoteMember> {
  const { store, clock, log, fetchFor, grpcFor, sighted, limits, checkUrl, wake } = input;
  const { name } = row;
  const card = AgentCard.fromJSON(JSON.parse(row.card_json));
  // The client is loaded by a hub that has agents elsewhere, and by no other.
  const { openRemote } = await import("./remote-service.ts");
  const now = (): number => clock.now();
  const remote = await openRemote({ name, card, fetch: fetchFor(name), grpc: grpcFor(name), limits, now });
  const { service } = remote;
  const desk = new PushDesk({ store, clock, agent: name, checkUrl });
  const tasks = new RemoteTasks(store, clock, name);
  const sightings = new RemoteSightings({ agent: name, tasks, store, clock, sighted });
  const quietMs = limits.answerMs;
  const pushes = new RemotePushes({ agent: name, remote: service, desk, tasks, sightings, store, clock, log, wake, quietMs });
  await pushes.open();
  return {
    name,
    url: row.url,
    card,
    cardHash: row.card_hash,
    key: row.key_json === null ? undefined : JSON.parse(row.key_json),
    pending:
      row.pending_json === null || row.pending_hash === null
        ? undefined
        : { hash: row.pending_hash, card: AgentCard.fromJSON(JSON.parse(row.pending_json)) },
    service: guarded({ remote: service, pushes, tasks, sightings }),
    health,
    [Symbol.asyncDispose]: async () => {
      await pushes[Symbol.asyncDispose]();
      remote[Symbol.dispose]();
    },
  };
}

/** The columns that pin a card. */
export function pinned({ card, hash, key }: TrustedCard): Pick<RemoteAgentsTable, "card_json" | "card_hash" | "key_json"> {
  return {
    card_json: canonicalJson(AgentCard.toJSON(card)),
    card_hash: hash,
    key_json: key ? canonicalJson(JSON.parse(JSON.stringify(key))) : null,
  };
}
