import type { JWK } from "jose";
import { toolsOf } from "../base/tool.ts";
import type { Store } from "../store/store.ts";
import type { Assemblies } from "./assemblies/assemblies.ts";
import type { Bargaining } from "./bargains/bargaining.ts";
import type { Blackboards } from "./boards/blackboards.ts";
import type { Contracting } from "./contracting.ts";
import type { Transcripts } from "./transcripts/transcripts.ts";

/** What the negotiation tools stand on. */
export interface NegotiationDesk {
  readonly store: Store;
  readonly contracting: Contracting;
  readonly bargaining: Bargaining;
  readonly boards: Blackboards;
  readonly assemblies: Assemblies;
  readonly transcripts: Transcripts;
  /** The public key of a party. */
  readonly keyOf: (party: string) => JWK;
}

/** Declares a negotiation tool. */
export const defineNegotiationTool = toolsOf<NegotiationDesk>();
