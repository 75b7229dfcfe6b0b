/**
 * Jobs by Contract Net as transcripts. Their entries are one value, and what an agreement signs is its hash up to the award: so the hash of
 * an event is that of all entries up to it, and the check is that every agreement has signed one of them. A bid is shown to other bidders when the
 * negotiation is over.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalJson, type Json } from "../../base/json.ts";
import type { Store } from "../../store/store.ts";
import type { Transcript, TranscriptEvent, TranscriptOf } from "./transcript.ts";

const entrySchema = z.looseObject({ at: z.number(), event: z.looseObject({ type: z.string() }).optional() });

/** Reads jobs by Contract Net. */
export function contractTranscript(store: Store): TranscriptOf {
  return async (id) => {
    const row = await store.db
      .selectFrom("negotiations")
      .select(["subject", "status", "terms_json", "events_json"])
      .where("id", "=", id)
      .where("protocol", "=", "contract-net")
      .executeTakeFirst();
    if (!row) return undefined;
    const { participants } = z.object({ participants: z.array(z.string()) }).parse(JSON.parse(row.terms_json));
    const [announced] = await store.events.read({ subject: id, kind: "negotiation.announced", limit: 1 });
    const initiator = announced?.actor ?? "";
    const entries: readonly Json[] = JSON.parse(row.events_json);
    const open = row.status !== "closed";
    const transcript: Transcript = {
      protocol: "contract-net",
      subject: row.subject,
      status: row.status,
      parties: [...new Set([initiator, ...participants])],
      length: entries.length,
      open,
      page: async ({ since, limit, viewer, all }) => {
        const hashes = hashesOf(entries);
        const agreements = await store.db
          .selectFrom("agreements")
          .select(["id", "document_json"])
          .where("negotiation_id", "=", id)
          .execute();
        const foreign = agreements.find(({ document_json }) => !hashes.includes(transcriptOf(document_json)));
        const mayAll = all || !open || viewer === initiator;
        const events = entries
          .slice(since, since + limit)
          .map((entry, i) => eventOf(entry, since + i + 1, hashes[since + i + 1] ?? "", initiator, mayAll ? undefined : viewer));
        return {
          events,
          problem: foreign ? `agreement "${foreign.id}" was signed over other events than those that are kept` : null,
        };
      },
    };
    return transcript;
  };
}

// The first is that of no entries.
function hashesOf(entries: readonly Json[]): readonly string[] {
  const running = createHash("sha256").update("[");
  const ended = (): string => running.copy().update("]").digest("hex");
  const hashes = [ended()];
  for (const [i, entry] of entries.entries()) {
    running.update(`${i === 0 ? "" : ","}${canonicalJson(entry)}`);
    hashes.push(ended());
  }
  return hashes;
}

function transcriptOf(document: string): string {
  return z.object({ transcript: z.string() }).parse(JSON.parse(document)).transcript;
}

function eventOf(entry: Json, seq: number, hash: string, initiator: string, viewer: string | undefined): TranscriptEvent {
  const { at, event } = entrySchema.parse(entry);
  if (!event)
    return { seq, at, by: "clock", act: "pause", what: JSON.parse(JSON.stringify(entry)), text: null, sealed: false, hash };
  const { type: act, from, ...rest } = event;
  const by = typeof from === "string" ? from : act === "timer" ? "clock" : initiator;
  const sealed = viewer !== undefined && by !== viewer && by !== "clock";
  // why: entries are plain JSON, as the store has them
  return { seq, at, by, act, what: sealed ? {} : (rest as TranscriptEvent["what"]), text: null, sealed, hash };
}
