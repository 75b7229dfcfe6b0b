import { z } from "zod";
import { voteOf, voteOpening } from "../assemblies/opening.ts";
import { writerOf } from "../bargains/party.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "vote_open",
  description:
    "Opens a vote on options by plurality, approval, Borda or Schulze. Agents that vote are asked; others vote by vote_cast. It closes when all have answered, at the deadline, or by vote_close. Nobody sees a ballot before the close, and none at all when it is secret.",
  input: voteOpening,
  output: z.object({ vote: z.string() }),
  run: async (input, { principal, clock }, { assemblies }) => ({
    vote: await assemblies.open(voteOf(principal.id, input, Math.floor(clock.now())), writerOf(principal)),
  }),
});
