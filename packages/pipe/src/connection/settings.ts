import type { Clock } from "../clock.ts";
import { systemClock } from "../clock.ts";
import { PipeError } from "../errors.ts";
import type { Codec } from "../wire/body.ts";
import { minFrameBytes } from "./greeting.ts";

/** How long and how much a connection that lost its link waits to go on over another. */
export interface ResumeOptions {
  /** How long pipes stay open without a link. Default 30 s. */
  readonly graceMs?: number | undefined;
  /** Bytes sent and not acknowledged that are kept for the other end. Default 8 MiB. */
  readonly bufferBytes?: number | undefined;
}

/** What a connection over bytes may be given beside an endpoint's options. */
export interface ConnectionOptions {
  /** The most bytes of one payload from the peer. Default 4 MiB. */
  readonly maxFrameBytes?: number | undefined;
  /** The only codec to agree to; left out: records, or JSON when the peer has no records. */
  readonly codec?: Codec | undefined;
  /** How often a silent peer is asked for a sign of life; it is lost after three that it leaves unanswered. Default 2 s; 0 asks never. */
  readonly heartbeatMs?: number | undefined;
  /** Go on over a new link when one is lost; both ends must want it. */
  readonly resume?: ResumeOptions | undefined;
  /** Pipes that may be open on one connection. Default 4096. */
  readonly maxPipes?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** The options with their defaults. */
export interface Settings {
  readonly maxFrameBytes: number;
  readonly codec: Codec | undefined;
  readonly heartbeatMs: number;
  readonly resume: { readonly graceMs: number; readonly bufferBytes: number } | undefined;
  readonly maxPipes: number;
  readonly clock: Clock;
}

/** Fills in the defaults; throws `LIMIT_INVALID`. */
export function resolveSettings(options: ConnectionOptions = {}): Settings {
  const { maxFrameBytes = 4 * 1024 * 1024, heartbeatMs = 2000, maxPipes = 4096, codec, resume, clock = systemClock } = options;
  const graceMs = resume?.graceMs ?? 30_000;
  const bufferBytes = resume?.bufferBytes ?? 8 * 1024 * 1024;
  check("maxFrameBytes", maxFrameBytes, minFrameBytes);
  check("heartbeatMs", heartbeatMs, 0);
  check("maxPipes", maxPipes, 1);
  check("resume.graceMs", graceMs, 0);
  check("resume.bufferBytes", bufferBytes, 0);
  return {
    maxFrameBytes,
    codec,
    heartbeatMs,
    maxPipes,
    clock,
    resume: resume === undefined ? undefined : { graceMs, bufferBytes },
  };
}

function check(limit: string, got: number, least: number): void {
  if (!Number.isSafeInteger(got) || got < least || got > 0xffff_ffff)
    throw new PipeError("LIMIT_INVALID", { limit, wanted: `a whole number of at least ${least} that fits 32 bits`, got });
}
