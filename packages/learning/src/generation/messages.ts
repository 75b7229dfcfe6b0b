// What an open model and its thread say to each other.

import type { ErrorRecord } from "../errors.ts";
import type { Score } from "../evaluation/measures.ts";

/** One piece of generated text. */
export interface GeneratedToken {
  /** Whole characters that became certain with this token; often empty in the middle of one. */
  readonly text: string;
  readonly tokenId: number;
  /** Log-probability of the token in nats, before temperature and cuts. */
  readonly logprob: number;
  /** Set on the last piece: the model closed the document, a stop string came, or `maxTokens` were made. */
  readonly finish?: "eos" | "stop" | "length";
}

/** A complete request for text; see `GenerationOptions`. */
export interface GenerationRequest {
  readonly prompt: string;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly seed: number;
  readonly stop: readonly string[];
}

/** To the thread. `halt` is set to 1 to end a request early. */
export type ModelCommand =
  | { readonly kind: "generate"; readonly id: number; readonly halt: Int32Array; readonly request: GenerationRequest }
  | { readonly kind: "score"; readonly id: number; readonly halt: Int32Array; readonly texts: readonly string[] }
  | { readonly kind: "close" };

/** From the thread. */
export type ModelEvent =
  | { readonly kind: "ready" }
  | { readonly kind: "refused"; readonly error: ErrorRecord }
  | { readonly kind: "token"; readonly id: number; readonly token: GeneratedToken }
  | { readonly kind: "scores"; readonly id: number; readonly scores: readonly Score[] }
  | { readonly kind: "end"; readonly id: number }
  | { readonly kind: "failed"; readonly id: number; readonly error: ErrorRecord };
