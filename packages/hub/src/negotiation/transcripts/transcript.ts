/** What happened in a session, in one shape whatever the session is: a bargain, a vote, an auction, a job by Contract Net, a blackboard. */
import type { Json } from "../../base/json.ts";

/** An event. `what` is what its act is about; `sealed` says that some of it may not be seen yet. `hash` links it to all before it. */
export interface TranscriptEvent {
  readonly seq: number;
  readonly at: number;
  readonly by: string;
  readonly act: string;
  readonly what: { readonly [name: string]: Json | undefined };
  readonly text: string | null;
  readonly sealed: boolean;
  readonly hash: string;
}

/** Some events in a row. `problem` says in words which of them is not linked to those before it, or not as it was kept; null when all are. */
export interface TranscriptPage {
  readonly events: readonly TranscriptEvent[];
  readonly problem: string | null;
}

/** Which events to read, and for whom. */
export interface PageCall {
  readonly since: number;
  readonly limit: number;
  readonly viewer: string;
  /** Whether the viewer sees all that nobody's seal covers. */
  readonly all: boolean;
}

/** A session as a transcript. `parties` are those who may see it, beside the operator. */
export interface Transcript {
  readonly protocol: string;
  readonly subject: string;
  readonly status: string;
  readonly parties: readonly string[];
  /** How many events there are. */
  readonly length: number;
  /** Whether more may come. */
  readonly open: boolean;
  readonly page: (call: PageCall) => Promise<TranscriptPage>;
}

/** Finds a session of one kind; undefined where there is none of that id. */
export type TranscriptOf = (id: string) => Promise<Transcript | undefined>;

/** In words, that an event is not what was kept. */
export function brokenAt(seq: number): string {
  return `event ${seq} is not the one that was kept`;
}
