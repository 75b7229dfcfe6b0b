import type { Store } from "../../store/store.ts";
import type { BargainRecords } from "../bargains/records.ts";
import { bargainProtocol } from "../bargains/records.ts";
import { replayBargain, wordsOf } from "../bargains/session.ts";
import type { BargainTerms } from "../bargains/terms.ts";
import { brokenAt, type TranscriptOf } from "./transcript.ts";

/** Sessions of alternating offers as transcripts. What an offer is worth to somebody is in negotiate_status, for that party alone. */
export function bargainTranscript(store: Store, records: BargainRecords): TranscriptOf {
  return async (id) => {
    const row = await store.db
      .selectFrom("bargains")
      .innerJoin("negotiations", "negotiations.id", "bargains.id")
      .select(["subject", "status", "terms_json", "seq", "open"])
      .where("bargains.id", "=", id)
      .executeTakeFirst();
    if (!row) return undefined;
    const terms: BargainTerms = JSON.parse(row.terms_json);
    return {
      protocol: bargainProtocol,
      subject: row.subject,
      status: row.status,
      parties: terms.parties.map(({ name }) => name),
      length: row.seq,
      open: row.open === 1,
      page: async ({ since, limit }) => {
        const entries = await records.entries(id);
        const replayed = replayBargain(terms, entries);
        const events = entries.slice(since, since + limit).map(({ seq, at, event, text = null, hash }) => {
          const by = event.type === "timer" ? "clock" : event.from;
          const offer = event.type === "offer" ? { offer: wordsOf(terms, event.outcome) } : {};
          const reason = event.type === "end" && event.reason !== undefined ? { reason: event.reason } : {};
          return { seq, at, by, act: event.type, what: { ...offer, ...reason }, text, sealed: false, hash };
        });
        return { events, problem: "brokenAt" in replayed ? brokenAt(replayed.brokenAt) : null };
      },
    };
  };
}
