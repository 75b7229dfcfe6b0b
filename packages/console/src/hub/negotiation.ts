/** What bids are scored by, in the order the console draws them. */
export const criteria = ["quality", "price", "reliability", "promisedTime"] as const;

/** Somebody who was asked, and what came back. */
export interface Participant {
  readonly name: string;
  readonly standing: string;
  readonly price: number | null;
  readonly promisedMs: number | null;
  readonly quality: number | null;
  readonly reason: string | null;
}

/** A bid's place; `points` of each part add up to `total`, which is at most 1. */
export interface RankedBid {
  readonly name: string;
  readonly place: number;
  readonly total: number;
  readonly parts: Readonly<
    Record<string, { readonly offered: number | null; readonly score: number; readonly weight: number; readonly points: number }>
  >;
}

/** A negotiation whole, as `negotiation_get` gives it. */
export interface Negotiation {
  readonly id: string;
  readonly run: string | null;
  readonly subject: string;
  readonly status: string;
  readonly result: string | null;
  readonly because: string;
  readonly createdAt: number;
  readonly participants: readonly Participant[];
  readonly ranking: readonly RankedBid[];
  readonly agreements: readonly string[];
}

/** A written agreement, as `agreement_get` gives it. */
export interface Agreement {
  readonly document: {
    readonly id: string;
    readonly subject: string;
    readonly initiator: string;
    readonly contractor: string;
    readonly price: number;
    readonly promisedMs: number;
    readonly quality: number;
    readonly dueAt: number;
  };
  readonly verified: boolean;
  readonly status: string;
  readonly outcome: Readonly<Record<string, unknown>> | null;
}
