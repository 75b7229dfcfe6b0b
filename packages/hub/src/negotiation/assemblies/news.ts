import type { Json } from "../../base/json.ts";
import type { NewEvent } from "../../store/event-log.ts";
import { awardIds, awardsOf } from "./award.ts";
import type { AssemblyEntry, AssemblySession } from "./session.ts";

/** What the event log tells of an entry: the act, of a sealed one its seal alone, and the end where it brought one. */
export function assemblyNews(id: string, session: AssemblySession, { shown }: AssemblyEntry): readonly NewEvent[] {
  const { terms, result } = session;
  const noun = terms.kind === "vote" ? "vote" : "auction";
  const { type, from, price, seal } = shown;
  const data = {
    about: terms.subject,
    ...(seal === undefined ? {} : { seal }),
    ...(price === undefined ? {} : { price }),
  };
  const verb = verbs[type] ?? (type === "sealed" ? (noun === "vote" ? "cast" : "bid") : undefined);
  const moved = type === "timer" && !result ? "moved" : verb;
  const actor = from ?? (type === "cancel" ? terms.openedBy : "clock");
  const acted: NewEvent[] = moved === undefined ? [] : [{ kind: `${noun}.${moved}`, actor, subject: id, data }];
  if (!result) return acted;
  const told: { [key: string]: Json | undefined } = {
    about: terms.subject,
    outcome: result.outcome,
    ...("turnout" in result ? { turnout: result.turnout, winner: result.winner, tied: result.tied } : {}),
    ...(terms.kind === "vote"
      ? {}
      : { awards: awardsOf(session).map(({ to, lots, price: paid }) => ({ to, lots, price: paid })) }),
    ...(terms.kind === "vote" ? {} : { agreements: awardIds(id, awardsOf(session)) }),
    ...(shown.reason === undefined ? {} : { reason: shown.reason }),
  };
  return [...acted, { kind: `${noun}.closed`, actor, subject: id, data: told }];
}

const verbs: Readonly<Record<string, string>> = { bid: "bid", accept: "bid", leave: "left" };
