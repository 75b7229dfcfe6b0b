/** Whether an agreement is what its auction came to: each link of the transcript, each opened seal, and the award in its last event. */
import type { BargainedDocument } from "../bargains/agreement.ts";
import { awardIds, awardsOf, awardTerms } from "./award.ts";
import type { AssemblyRecords } from "./records.ts";
import { brokenEntry, genesisOf } from "./session.ts";

/** What does not hold, in words; null when all does. */
export async function awardProblem(records: AssemblyRecords, document: BargainedDocument): Promise<string | null> {
  const row = await records.find(document.negotiation);
  if (!row || row.terms.kind === "vote") return "there is no auction that it came from";
  const { id, terms } = row;
  const entries = await records.entries(id);
  const brokenAt = brokenEntry({ seq: 0, hash: genesisOf(terms) }, entries);
  if (brokenAt !== undefined) return `event ${brokenAt} of the transcript is not the one that was kept`;
  const last = entries.at(-1);
  if (last?.hash !== document.transcript) return "the transcript does not end where the agreement says";
  const { result } = last.shown;
  const awards = awardsOf({ terms, ...(result ? { result } : {}) });
  const award = awards[awardIds(id, awards).indexOf(document.id)];
  if (!award || !document.parties.includes(award.to)) return "the transcript ends without this award";
  const words = awardTerms(terms, award);
  const other = Object.keys(words).find((name) => words[name] !== document.terms[name]);
  return other === undefined ? null : `"${other}" was awarded as ${words[other]}, the document says ${document.terms[other]}`;
}
