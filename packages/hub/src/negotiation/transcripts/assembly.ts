import type { Json } from "../../base/json.ts";
import type { AssemblyRecords } from "../assemblies/records.ts";
import { type AssemblyEntry, brokenEntry, genesisOf } from "../assemblies/session.ts";
import { isOpened } from "../assemblies/view.ts";
import { brokenAt, type TranscriptEvent, type TranscriptOf } from "./transcript.ts";

/** Votes and auctions as transcripts: of what is sealed the seal and, when it may be seen, what was under it with its salt. */
export function assemblyTranscript(records: AssemblyRecords): TranscriptOf {
  return async (id) => {
    const row = await records.find(id);
    if (!row) return undefined;
    const { terms } = row;
    const last = row.open ? undefined : (await records.entries(id, row.seq - 1))[0]?.shown.result;
    const opened = isOpened({ terms, ...(last ? { result: last } : {}) });
    return {
      protocol: terms.kind,
      subject: terms.subject,
      status: last?.outcome ?? "open",
      parties: [...new Set([terms.openedBy, ...terms.terms.participants])],
      length: row.seq,
      open: row.open,
      page: async ({ since, limit, viewer }) => {
        const [before] = since > 0 ? await records.entries(id, since - 1, 1) : [];
        const entries = await records.entries(id, since, limit);
        const broken = brokenEntry({ seq: since, hash: before?.hash ?? genesisOf(terms) }, entries);
        const events = entries.map((entry) => eventOf(entry, opened || entry.shown.from === viewer, terms.openedBy));
        return { events, problem: broken === undefined ? null : brokenAt(broken) };
      },
    };
  };
}

function eventOf({ seq, at, hash, shown, sealed }: AssemblyEntry, visible: boolean, openedBy: string): TranscriptEvent {
  const { type, from, result, ...rest } = shown;
  const by = from ?? (type === "cancel" ? openedBy : "clock");
  const under = sealed && visible ? wordsOf(sealed.event, sealed.salt) : {};
  const what = plain({ ...rest, ...under, ...(result ? { result } : {}) });
  return { seq, at, by, act: type, what, text: null, sealed: sealed !== undefined && !visible, hash };
}

function wordsOf({ type, ...event }: NonNullable<AssemblyEntry["sealed"]>["event"], salt: string): object {
  return { answer: { type, ...event }, salt };
}

// Events and results are plain JSON by their protocols' own contract.
function plain(value: object): { readonly [name: string]: Json | undefined } {
  return JSON.parse(JSON.stringify(value));
}
