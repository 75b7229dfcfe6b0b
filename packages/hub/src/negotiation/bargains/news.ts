import type { NewEvent } from "../../store/event-log.ts";
import { agreementIdOf } from "./agreement.ts";
import { type BargainSession, type Happened, wordsOf } from "./session.ts";

/** What the event log tells of an event of a session: the act, and the end where it brought one. */
export function newsOf(id: string, { terms, state }: BargainSession, { event, text }: Happened): readonly NewEvent[] {
  const about = { about: terms.subject, ...(text === undefined ? {} : { text }) };
  const acted: NewEvent[] =
    event.type === "offer"
      ? [{ kind: "bargain.offered", actor: event.from, subject: id, data: { ...about, offer: wordsOf(terms, event.outcome) } }]
      : event.type === "accept"
        ? [{ kind: "bargain.accepted", actor: event.from, subject: id, data: about }]
        : [];
  const { result } = state;
  if (!result) return acted;
  const { outcome, by, reason, why, round } = result;
  const actor = event.type === "timer" ? "clock" : event.from;
  const data = {
    about: terms.subject,
    outcome,
    round,
    ...(by === undefined ? {} : { by }),
    ...(reason === undefined ? {} : { reason }),
    ...(why === undefined ? {} : { why }),
    ...(outcome === "agreement" ? { agreement: agreementIdOf(id) } : {}),
  };
  return [...acted, { kind: "bargain.closed", actor, subject: id, data }];
}
