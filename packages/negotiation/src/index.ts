export type {
  AlternatingOffersEffect,
  AlternatingOffersEvent,
  AlternatingOffersResult,
  AlternatingOffersState,
} from "./alternating-offers/session.ts";
export type { OfferTerms } from "./alternating-offers/terms.ts";
export { bilateralFront } from "./analysis/bilateral-front.ts";
export {
  type Concession,
  concessionOf,
  type MoveKind,
  moveKinds,
  moveOf,
  turningPoints,
  type Yield,
} from "./analysis/concessions.ts";
export { fairnessOf, regretOf } from "./analysis/fairness.ts";
export { type Front, frontByEnumeration, paretoFront } from "./analysis/front.ts";
export { kendall, type ModelScore, scoreModel, spearman } from "./analysis/model-score.ts";
export { type OrdinalSurvey, ordinalSurveyOf } from "./analysis/ordinal.ts";
export { distanceTo, oppositionOf, type Solution, type Solutions, solutionsOf } from "./analysis/solutions.ts";
export { type Assessment, assess, type Nearness, type Survey, surveyOf, worthOf, yieldOf } from "./analysis/survey.ts";
export { type Estimate, type Seat, type Tournament, type TournamentRow, tournament } from "./analysis/tournament.ts";
export { outcomePoints } from "./analysis/utility-space.ts";
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
export { acCombi, acNext } from "./bargaining/acceptance.ts";
export { type Bargain, type BargainOptions, bargain, type Step } from "./bargaining/bargain.ts";
export { type Acceptance, type Bidding, compose, type OpponentModel, type Parts, type Table } from "./bargaining/compose.ts";
export { FrequencyModel } from "./bargaining/opponent-model.ts";
export { type Ranking, rankOutcomes } from "./bargaining/ranking.ts";
export { type Action, defineStrategy, type Moment, type Negotiator, type Strategy, type View } from "./bargaining/strategy.ts";
export { timeDependent } from "./bargaining/time-dependent.ts";
export { WindowedFrequencyModel, type WindowedOptions } from "./bargaining/windowed-frequency-model.ts";

export type { Part, Ranked } from "./contract-net/ranked-bid.ts";
export { type ExplainedBid, type Explanation, explain, rank } from "./contract-net/ranking.ts";
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
export { drawing } from "./draw.ts";
export {
  answered,
  type Elicitation,
  type Elicited,
  elicited,
  elicitedPreferences,
  nextQuestion,
  type PairwiseAnswer,
  type Question,
  startElicitation,
} from "./elicitation/elicitation.ts";
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
export { type GraphFault, graphFault } from "./plan/graph-fault.ts";
export { creditsOf, reservedOf, spentOf } from "./plan/money.ts";
export { plan, planUnderWay } from "./plan/plan.ts";
export {
  type PlanEffect,
  type PlanEvent,
  type PlanOutcome,
  type PlanResult,
  type PlanStanding,
  type PlanState,
  planOutcomes,
  planStandings,
  type TaskState,
} from "./plan/session.ts";
export { type CheckedPlanTerms, type FailureRule, failureRules, type PlanTask, type PlanTerms } from "./plan/terms.ts";
export { type RoundsPlotOptions, roundsPlot } from "./plots/rounds-plot.ts";
export { type SpacePlotOptions, spacePlot } from "./plots/space-plot.ts";
export { defineProtocol, type Protocol, type Transition } from "./protocol.ts";
export { alternatingOffers } from "./protocols/alternating-offers.ts";
export { combinatorialAuction } from "./protocols/combinatorial-auction.ts";
export { contractNet } from "./protocols/contract-net.ts";
export { dutch } from "./protocols/dutch.ts";
export { english } from "./protocols/english.ts";
export { iteratedContractNet } from "./protocols/iterated-contract-net.ts";
export { oneToMany } from "./protocols/one-to-many.ts";
export { sealedBid } from "./protocols/sealed-bid.ts";
export { singleTextMediation } from "./protocols/single-text-mediation.ts";
export { vote } from "./protocols/vote.ts";
export {
  countOutcomes,
  type Domain,
  describeOutcome,
  type Issue,
  isOutcome,
  numberOf,
  type Outcome,
  outcomeAt,
  parseOutcome,
} from "./scenario/domain.ts";
export { readGeniusProfile } from "./scenario/genius-xml.ts";
export { isGeniusWebProfile, readGeniusWebProfile } from "./scenario/geniusweb.ts";
export { type ImportedProfile, scenarioFromProfiles } from "./scenario/imported.ts";
export {
  type AdditivePreferences,
  bestOf,
  type Constraint,
  type ConstraintPreferences,
  type FunctionPreferences,
  type Preferences,
  reservationOf,
  type Utility,
  utilityOf,
} from "./scenario/preferences.ts";
export { checkScenario, type Profile, readScenarios, type Scenario, type ScenarioFile } from "./scenario/scenario.ts";
export { parseScenarioFiles } from "./scenario/scenario-file.ts";
export { shippedStrategies } from "./shipped-strategies.ts";
export { boulware } from "./strategies/boulware.ts";
export { conceder } from "./strategies/conceder.ts";
export { deadlineMicro } from "./strategies/deadline-micro.ts";
export { linear } from "./strategies/linear.ts";
export { micro } from "./strategies/micro.ts";
export { titForTat } from "./strategies/tit-for-tat.ts";
export { type Ballot, isBallot, type VotingRule, votingRules, type WeightedBallot } from "./voting/ballot.ts";
export { condorcetWinner, pairwiseVotes, strongestPaths } from "./voting/schulze.ts";
export type { VoteEffect, VoteEvent, VoteMessage, VoteResult, Voter, VoteState, VoteTerms } from "./voting/session.ts";
export { type Tally, tally } from "./voting/tally.ts";
