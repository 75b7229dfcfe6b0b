/** The data parts of the A2A extension negotiation/v1, by the name they have in docs/reference/negotiation-extension.md. */
import { actSchema, ballotActSchema, bidActSchema } from "@entente/sdk";
import { ballotCallMessageSchema, bidCallMessageSchema, endedMessageSchema } from "./assemblies/calls.ts";
import { anyAgreementSchema } from "./bargains/agreement.ts";
import { closedMessageSchema, turnMessageSchema } from "./bargains/turn.ts";
import { answerSchema, callSchema, signSchema } from "./bidder.ts";

/** What a test of the reference page compares it with. */
export const extensionSchemas = {
  "call-for-proposals": callSchema,
  "agreement-to-sign": signSchema,
  answer: answerSchema,
  turn: turnMessageSchema,
  act: actSchema,
  closed: closedMessageSchema,
  agreement: anyAgreementSchema,
  "call-for-ballot": ballotCallMessageSchema,
  ballot: ballotActSchema,
  "call-for-bid": bidCallMessageSchema,
  bid: bidActSchema,
  ended: endedMessageSchema,
} as const;
