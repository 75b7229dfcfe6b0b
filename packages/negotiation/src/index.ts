export type {
  AuctionClosed,
  AuctionEffect,
  AuctioneerEvent,
  AuctionResult,
  AuctionTerms,
  Side,
} from "./auctions/auction.ts";
export { type BundleAuction, type BundleBid, checkBundleAuction, conflictsOf } from "./auctions/bundle-auction.ts";
export type {
  Bundle,
  BundleAward,
  BundleBidder,
  CombinatorialAuctionEvent,
  CombinatorialAuctionMessage,
  CombinatorialAuctionResult,
  CombinatorialAuctionState,
  CombinatorialAuctionTerms,
} from "./auctions/bundle-session.ts";
export type { DutchEvent, DutchMessage, DutchState, DutchTerms } from "./auctions/dutch-session.ts";
export type { EnglishEvent, EnglishMessage, EnglishState, EnglishTerms } from "./auctions/english-session.ts";
export type {
  SealedBidder,
  SealedBidEvent,
  SealedBidMessage,
  SealedBidState,
  SealedBidTerms,
} from "./auctions/sealed-bid-session.ts";
export { type VcgDiscount, vcgDiscounts } from "./auctions/vcg.ts";
export { type WinnerQubo, winnerQubo, winnersOfSample } from "./auctions/winner-qubo.ts";
export { determineWinners, WinnerSearch, type Winners } from "./auctions/winner-search.ts";
export { type ExplainedBid, type Explanation, explain, type Part, type Ranked, rank } from "./contract-net/ranking.ts";
export {
  type CallForProposals,
  type ContractNetEffect,
  type ContractNetEvent,
  type ContractNetResult,
  type ContractNetState,
  type InitiatorMessage,
  type Misunderstanding,
  type Participant,
  type Proposal,
  type Standing,
  standings,
} from "./contract-net/session.ts";
export { type ContractNetTerms, type Criteria, defaultCriteria } from "./contract-net/terms.ts";
export { NegotiationError, type NegotiationErrorCode, type NegotiationErrorDetails, negotiationErrorCodes } from "./errors.ts";
export type {
  CheckedIteratedTerms,
  IteratedContractNetEffect,
  IteratedContractNetEvent,
  IteratedContractNetResult,
  IteratedContractNetState,
  IteratedContractNetTerms,
  IteratedMessage,
  PastRound,
} from "./iterated-contract-net/session.ts";
export type { Json } from "./json.ts";
export {
  type MediationAnswer,
  type MediationEffect,
  type MediationEvent,
  type MediationMessage,
  type MediationResult,
  type MediationState,
  type MediationTerms,
  mediationAnswers,
} from "./mediation/session.ts";
export { commitments, exposure } from "./one-to-many/exposure.ts";
export type {
  CheckedOneToManyTerms,
  Decommitment,
  OneToManyEffect,
  OneToManyEvent,
  OneToManyMessage,
  OneToManyRefusal,
  OneToManyResult,
  OneToManyState,
  OneToManyTerms,
  SellerThread,
  StandingOffer,
} from "./one-to-many/session.ts";
export { defineProtocol, type Protocol, type Transition } from "./protocol.ts";
export { combinatorialAuction } from "./protocols/combinatorial-auction.ts";
export { contractNet } from "./protocols/contract-net.ts";
export { dutch } from "./protocols/dutch.ts";
export { english } from "./protocols/english.ts";
export { iteratedContractNet } from "./protocols/iterated-contract-net.ts";
export { oneToMany } from "./protocols/one-to-many.ts";
export { sealedBid } from "./protocols/sealed-bid.ts";
export { singleTextMediation } from "./protocols/single-text-mediation.ts";
export { vote } from "./protocols/vote.ts";
export type { Outcome } from "./scenario/domain.ts";
export { type Ballot, isBallot, type VotingRule, votingRules, type WeightedBallot } from "./voting/ballot.ts";
export { condorcetWinner, pairwiseVotes, strongestPaths } from "./voting/schulze.ts";
export type { VoteEffect, VoteEvent, VoteMessage, VoteResult, Voter, VoteState, VoteTerms } from "./voting/session.ts";
export { type Tally, tally } from "./voting/tally.ts";
