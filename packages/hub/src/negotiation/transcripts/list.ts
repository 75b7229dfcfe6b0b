/** Which sessions there are, newest first: for the operator all, for others those whose terms name them. */
import type { ExpressionBuilder } from "kysely";
import { z } from "zod";
import type { Principal } from "../../base/tool.ts";
import type { Database } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { negotiationErrors } from "../errors.ts";

/** A session in a list. */
export interface ListedSession {
  readonly id: string;
  readonly protocol: string;
  readonly subject: string;
  readonly status: string;
  readonly createdAt: number;
}

/** What to list. `before` is the `next` of the page before. */
export interface ListCall {
  readonly protocol?: string | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
}

/** A page; `next` is what `before` is to be for the next one, where there may be one. */
export interface SessionPage {
  readonly sessions: readonly ListedSession[];
  readonly next: string | undefined;
}

// Terms are looked through one by one; who is in few of many sessions asks for more pages.
const looked = 1000;

const named = z.union([
  z
    .object({ openedBy: z.string(), terms: z.object({ participants: z.array(z.string()) }) })
    .transform((terms) => [terms.openedBy, ...terms.terms.participants]),
  z.object({ parties: z.array(z.object({ name: z.string() })) }).transform(({ parties }) => parties.map(({ name }) => name)),
  z.object({ participants: z.array(z.string()) }).transform(({ participants }) => participants),
]);

/** Reads a page of sessions. Throws BARGAIN_INVALID for a `before` that is no `next`. */
export async function listSessions(
  store: Store,
  { protocol, before, limit }: ListCall,
  principal: Principal,
): Promise<SessionPage> {
  const all = principal.kind === "operator";
  const most = all ? limit : looked;
  const from = placeOf(before);
  const wants = (kind: string): boolean => protocol === undefined || protocol === kind;
  const rows =
    protocol === "board" || protocol === "plan"
      ? []
      : await store.db
          .selectFrom("negotiations")
          .select(["id", "protocol", "subject", "status", "created_at", "terms_json"])
          .where(earlier(from))
          .$if(protocol !== undefined, (query) => query.where("protocol", "=", protocol ?? ""))
          .orderBy("created_at", "desc")
          .orderBy("id", "desc")
          .limit(most)
          .execute();
  const boards = wants("board")
    ? await store.db
        .selectFrom("boards")
        .select(["id", "subject", "open", "created_at", "members_json"])
        .where(earlier(from))
        .orderBy("created_at", "desc")
        .orderBy("id", "desc")
        .limit(most)
        .execute()
    : [];
  const plans = wants("plan")
    ? await store.db
        .selectFrom("plans")
        .select(["id", "subject", "status", "created_at", "opened_by"])
        .where(earlier(from))
        .orderBy("created_at", "desc")
        .orderBy("id", "desc")
        .limit(most)
        .execute()
    : [];
  const found = [
    ...rows.map(({ terms_json, created_at: createdAt, ...row }) => ({ ...row, createdAt, parties: () => partiesIn(terms_json) })),
    ...boards.map(({ id, subject, open, created_at: createdAt, members_json }) => ({
      ...{ id, protocol: "board", subject, status: open === 1 ? "open" : "closed", createdAt },
      parties: (): readonly string[] => JSON.parse(members_json),
    })),
    ...plans.map(({ opened_by, created_at: createdAt, ...plan }) => ({
      ...{ ...plan, protocol: "plan", createdAt },
      parties: () => [opened_by],
    })),
  ].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
  // What lies beyond the end of a list that was cut off is not known: it may come between those of the others.
  const ends = [rows, boards, plans]
    .filter((list) => list.length === most)
    .map((list) => found.findIndex(({ id }) => id === list.at(-1)?.id));
  const known = found.slice(0, Math.min(found.length, ...ends.map((end) => end + 1)));
  const own = known.filter(({ parties }) => all || parties().includes(principal.id));
  const shown = own.slice(0, limit);
  const more = own.length > limit || ends.length > 0;
  const last = own.length > limit ? shown.at(-1) : known.at(-1);
  return {
    sessions: shown.map(({ parties: _, ...session }) => session),
    next: more && last ? `${last.createdAt}.${last.id}` : undefined,
  };
}

interface Place {
  readonly at: number;
  readonly id: string;
}

// What was begun before a place, in a table with an id and a time.
function earlier({ at, id }: Place) {
  return (eb: ExpressionBuilder<Database, "negotiations" | "boards" | "plans">) =>
    eb.or([eb("created_at", "<", at), eb.and([eb("created_at", "=", at), eb("id", "<", id)])]);
}

function placeOf(before: string | undefined): Place {
  if (before === undefined) return { at: Number.MAX_SAFE_INTEGER, id: "" };
  const [, at = "", id = ""] = /^(\d{1,15})\.([a-z0-9_]{1,64})$/.exec(before) ?? [];
  if (id === "")
    throw negotiationErrors.BARGAIN_INVALID({ problem: `before: wanted the "next" of a page; got "${before.slice(0, 100)}"` });
  return { at: Number(at), id };
}

function partiesIn(terms: string): readonly string[] {
  return named.safeParse(JSON.parse(terms)).data ?? [];
}
