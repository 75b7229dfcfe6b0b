import type { Registry } from "../a2a/registry.ts";
import type { RemoteAgents } from "../a2a/remote/remote-agents.ts";
import type { Config } from "../base/config.ts";
import { toolsOf } from "../base/tool.ts";
import type { JoinedAgents } from "../joining/joined-agents.ts";
import type { Contracting } from "../negotiation/contracting.ts";
import type { Principals } from "../store/principals.ts";
import type { Store } from "../store/store.ts";
import type { ServiceWindow } from "./service-window.ts";

/** What the tools about the hub itself stand on. */
export interface HubDesk {
  readonly store: Store;
  readonly principals: Principals;
  readonly config: Config;
  readonly registry: Registry;
  readonly elsewhere: RemoteAgents;
  readonly joined: JoinedAgents;
  readonly contracting: Contracting;
  readonly startedAt: number;
  readonly service: ServiceWindow;
  /** Keeps the bearer token that an agent elsewhere wants; undefined forgets it. */
  readonly keepCredential: (agent: string, credential: string | undefined) => void;
}

/** Declares a tool about the hub itself. */
export const defineHubTool = toolsOf<HubDesk>();
