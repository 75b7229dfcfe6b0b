/** Write an agent, or call a hub: over a pipe on one machine, or over HTTP to wherever the hub is. */
export {
  type Agent,
  type AgentContext,
  type AgentResult,
  type AgentTask,
  type Bid,
  type CallForProposals,
  dataOf,
  dataPart,
  defineAgent,
  type Json,
  type Part,
  type Piece,
  type Skill,
  textOf,
  textPart,
} from "./agent.ts";
export {
  type BallotAct,
  type BallotCall,
  type BidAct,
  type BidCall,
  ballotActSchema,
  ballotCallSchema,
  bidActSchema,
  bidCallSchema,
} from "./assembly.ts";
export { bargainBy, type Places, type Table, type TableNegotiator } from "./bargain-by.ts";
export type { HubAddress } from "./connection.ts";
export { upgradeProtocol } from "./dialling.ts";
export { HubError, SdkError, type SdkErrorCode, sdkErrorCodes } from "./errors.ts";
export type { ToolProgress } from "./host.ts";
export { type CallOptions, type HubClient, openHub, type Reply } from "./hub-client.ts";
export {
  type A2aCall,
  type A2aEvent,
  a2aInterface,
  a2aPipeBinding,
  doorInterface,
  hostInterface,
  hubInterface,
  type Join,
  joinSchema,
  type TaskStep,
} from "./interfaces.ts";
export {
  actSchema,
  type NegotiationAct,
  type NegotiationTurn,
  offerSchema,
  turnSchema,
} from "./negotiation.ts";
export { type RunOptions, runAgent } from "./run-agent.ts";
