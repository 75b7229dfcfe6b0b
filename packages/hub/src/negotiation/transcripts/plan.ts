import type { PlanRecords } from "../plans/records.ts";
import { type PlanEntry, planGenesis, planLink } from "../plans/session.ts";
import { brokenAt, type TranscriptEvent, type TranscriptOf } from "./transcript.ts";

/** Plans as transcripts: how each task ended, by whom, under which contract. */
export function planTranscript(records: PlanRecords): TranscriptOf {
  return async (id) => {
    const plan = await records.head(id);
    if (!plan) return undefined;
    const { document, openedBy, status, open, length } = plan;
    return {
      protocol: "plan",
      subject: document.subject,
      status,
      parties: [openedBy],
      length,
      open,
      page: async ({ since, limit }) => {
        // The one before is read too, for its hash.
        const rows = await records.entries(id, Math.max(0, since - 1), limit + (since > 0 ? 1 : 0));
        let before = since > 0 ? (rows[0]?.hash ?? "") : planGenesis(document);
        let problem: string | null = null;
        const entries = since > 0 ? rows.slice(1) : rows;
        for (const [i, entry] of entries.entries()) {
          const fits = entry.seq === since + i + 1 && entry.hash === planLink(before, entry.seq, entry.at, entry);
          if (!fits) problem ??= brokenAt(since + i + 1);
          before = entry.hash;
        }
        return { events: entries.map((entry) => eventOf(entry, openedBy)), problem };
      },
    };
  };
}

function eventOf({ seq, at, hash, event, negotiation, agreements, results }: PlanEntry, openedBy: string): TranscriptEvent {
  const { type: act, ...rest } = event;
  const contractors = results?.map(({ contractor }) => contractor) ?? [];
  const by = act === "timer" ? "clock" : act === "cancel" ? openedBy : contractors.join(", ") || "hub";
  const what = JSON.parse(JSON.stringify({ ...rest, negotiation, agreements }));
  return { seq, at, by, act, what, text: null, sealed: false, hash };
}
