/** What votes and auctions are opened with: the terms of the library's protocol, and what the hub knows beside them. */
import type { CombinatorialAuctionTerms, DutchTerms, EnglishTerms, SealedBidTerms, VoteTerms } from "@entente/negotiation";

/** The auctions, by the name of their protocol. */
export const auctionKinds = ["sealed-bid", "english", "dutch", "combinatorial-auction"] as const;

/** A vote. With `secret` nobody is ever shown another's ballot; without, ballots are shown when the vote is over, and not before. */
export interface VoteAssembly {
  readonly kind: "vote";
  readonly terms: VoteTerms;
  readonly secret: boolean;
  readonly subject: string;
  readonly openedBy: string;
}

/** What every auction has beside its protocol's terms. */
export interface Sale {
  readonly subject: string;
  /** Who sells or buys. */
  readonly openedBy: string;
  /** What goes to the winner; the items, in a combinatorial auction. */
  readonly lots: readonly string[];
  /** As which issue mandates know the price. */
  readonly issue: string;
  /** What the agreement that comes of it covers: so many tasks, for so long, ms. */
  readonly tasks: number;
  readonly validMs: number;
}

/** An auction. */
export type AuctionAssembly = Sale &
  (
    | { readonly kind: "sealed-bid"; readonly terms: SealedBidTerms }
    | { readonly kind: "english"; readonly terms: EnglishTerms }
    | { readonly kind: "dutch"; readonly terms: DutchTerms }
    | { readonly kind: "combinatorial-auction"; readonly terms: CombinatorialAuctionTerms }
  );

/** A vote or an auction; times are ms since 1970. */
export type AssemblyTerms = VoteAssembly | AuctionAssembly;

/** Whether what is answered stays sealed until the close. */
export function isSealed({ kind }: Pick<AssemblyTerms, "kind">): boolean {
  return kind === "vote" || kind === "sealed-bid" || kind === "combinatorial-auction";
}

/** Whether the one who opened the auction pays; else the bidders do. */
export function openerPays({ terms }: AuctionAssembly): boolean {
  return terms.side === "buy";
}
