import type { NegotiationAct, NegotiationTurn } from "./negotiation.ts";

/** A table at which a party bargains: what is negotiated, how many parties there are, and which of them it is, from 0. */
export interface Table {
  readonly negotiation: string;
  readonly subject: string;
  readonly issues: readonly { readonly name: string; readonly values: readonly string[]; readonly slo?: string | undefined }[];
  readonly parties: number;
  readonly me: number;
}

/** What an offer is to a negotiator: for each issue the place of its value. */
export type Places = readonly number[];

/** Somebody who bargains at one table; a negotiator of `@entente/negotiation` is one. */
export interface TableNegotiator {
  heard(by: number, outcome: Places, t: number): void;
  act(moment: {
    readonly t: number;
    readonly actionsLeft: number | undefined;
    readonly standing: Places | undefined;
    readonly mayOffer: boolean;
  }): { readonly act: "offer"; readonly outcome: Places } | { readonly act: "accept" } | { readonly act: "end" };
}

const mostTables = 1000;

/**
 * An agent's `negotiate` by a negotiator, one for each session. What it has learned of a session is gone with its process; of more than
 * 1,000 sessions at once the oldest begin anew.
 *
 *     negotiate: bargainBy(({ issues, parties, me }) => deadlineMicro.start({ domain: { issues }, preferences, parties, me, seed: 1 })),
 */
export function bargainBy(start: (table: Table) => TableNegotiator): (turn: NegotiationTurn) => NegotiationAct {
  const tables = new Map<string, TableNegotiator>();
  return ({ negotiation, subject, issues, parties, you, heard, standing, t, mayOffer, actionsLeft }) => {
    const me = parties.indexOf(you);
    const mine = tables.get(negotiation) ?? start({ negotiation, subject, issues, parties: parties.length, me });
    tables.set(negotiation, mine);
    if (tables.size > mostTables) tables.delete(tables.keys().next().value ?? "");
    const places = (offer: NonNullable<typeof standing>["offer"]): Places =>
      issues.map(({ name, values }) => values.indexOf(offer[name] ?? ""));
    for (const { by, offer, t } of heard) mine.heard(parties.indexOf(by), places(offer), t);
    const action = mine.act({ t, mayOffer, actionsLeft, standing: standing && places(standing.offer) });
    if (action.act !== "offer") return action;
    return {
      act: "offer",
      offer: Object.fromEntries(issues.map(({ name, values }, k) => [name, values[action.outcome[k] ?? 0] ?? ""])),
    };
  };
}
