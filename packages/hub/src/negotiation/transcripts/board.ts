import { boardGenesis, boardLink } from "../boards/board.ts";
import type { BoardRecords } from "../boards/records.ts";
import { brokenAt, type TranscriptOf } from "./transcript.ts";

/** Blackboards as transcripts; board_history has their values. */
export function boardTranscript(records: BoardRecords): TranscriptOf {
  return async (id) => {
    const board = await records.find(id);
    return (
      board && {
        protocol: "board",
        subject: board.subject,
        status: board.open ? "open" : "closed",
        parties: board.members,
        length: board.revision,
        open: board.open,
        page: async ({ since, limit }) => {
          // The one before is read too, for its hash.
          const first = Math.max(0, since - 1);
          const rows = await records.revisions(id, first, limit + (since > 0 ? 1 : 0));
          let before = since > 0 ? (rows[0]?.hash ?? "") : boardGenesis(board);
          let problem: string | null = null;
          const revisions = since > 0 ? rows.slice(1) : rows;
          for (const [i, revision] of revisions.entries()) {
            const fits = revision.seq === since + i + 1 && revision.hash === boardLink(before, revision);
            if (!fits) problem ??= brokenAt(since + i + 1);
            before = revision.hash;
          }
          const events = revisions.map(({ seq, at, by, act, key, valueHash, hash }) => {
            const what = { ...(key === null ? {} : { key }), ...(valueHash === null ? {} : { valueHash }) };
            return { seq, at, by, act, what, text: null, sealed: false, hash };
          });
          return { events, problem };
        },
      }
    );
  };
}
