import type { JWK } from "jose";
import { toolsOf } from "../base/tool.ts";
import type { Models } from "../models/models.ts";
import type { Store } from "../store/store.ts";
import type { Assemblies } from "./assemblies/assemblies.ts";
import type { Bargaining } from "./bargains/bargaining.ts";
import type { AgreementCourse } from "./bargains/course.ts";
import type { Blackboards } from "./boards/blackboards.ts";
import type { Contracting } from "./contracting.ts";
import type { Planning } from "./plans/planning.ts";
import type { Transcripts } from "./transcripts/transcripts.ts";

/** What the negotiation tools stand on. */
export interface NegotiationDesk {
  readonly store: Store;
  readonly contracting: Contracting;
  readonly bargaining: Bargaining;
  readonly course: AgreementCourse;
  readonly models: Models;
  /** Answers of a model in one turn before it is given up (models.answers). */
  readonly modelAnswers: number;
  readonly planning: Planning;
  readonly boards: Blackboards;
  readonly assemblies: Assemblies;
  readonly transcripts: Transcripts;
  /** The public key of a party. */
  readonly keyOf: (party: string) => JWK;
}

/** Declares a negotiation tool. */
export const defineNegotiationTool = toolsOf<NegotiationDesk>();
