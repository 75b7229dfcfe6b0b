import type { Version } from "./version.ts";

/** What a learning run goes through, in order. */
export const phases = ["ingest", "curate", "train", "examine", "decide", "done"] as const;

/** One row of `learning_list_runs`. */
export interface RunRow {
  readonly id: string;
  readonly root: string;
  readonly model: string;
  readonly status: string;
  readonly phase: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
}

/** The texts a curator chose. */
export interface Selection {
  readonly id: string;
  readonly method: string;
  readonly texts: number;
  readonly bytes: number;
  readonly score: number;
  readonly details: Readonly<Record<string, unknown>>;
  readonly files: readonly string[];
}

/** One point of the training curve: loss in nats per token, rate in tokens per second. */
export interface CurvePoint {
  readonly step: number;
  readonly loss: number;
  readonly rate: number;
}

/** A learning run whole, as `learning_get_run` gives it. */
export interface Run extends RunRow {
  readonly source: string | null;
  readonly summary: Readonly<Record<string, unknown>>;
  readonly negotiations: readonly { readonly id: string; readonly subject: string; readonly status: string }[];
  readonly selection: Selection | null;
  readonly curve: readonly CurvePoint[];
  readonly version: Version | null;
}
