import type { EntenteError } from "../../base/errors.ts";
import type { KeptJob } from "./job.ts";

/** A job on its way to the next place down the line (QPU, hybrid, local), with why it could not stay. Pure. */
export function detoured(
  { place: from, notes, detours }: KeptJob,
  { code, message }: EntenteError,
  now: number,
): Pick<KeptJob, "place" | "notes" | "detours"> {
  const to = from === "qpu" ? "hybrid" : "local";
  const because = `${code}: ${message}`;
  return {
    place: to,
    notes: [...notes, { at: now, text: `not at ${from}, goes on at ${to}: ${because}` }],
    detours: [...detours, { from, to, because }],
  };
}
