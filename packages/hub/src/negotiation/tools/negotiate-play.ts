import { z } from "zod";
import { SampleNeeded } from "../../base/tool.ts";
import { mandatesOf } from "../bargains/guard.ts";
import { afterSample, sampleFor } from "../bargains/models/sampling.ts";
import { partyOf } from "../bargains/party.ts";
import { turnOf } from "../bargains/session.ts";
import { viewOf, viewSchema } from "../bargains/view.ts";
import { defineNegotiationTool } from "../desk.ts";
import { negotiationErrors } from "../errors.ts";

const stops = ["ended", "turns", "waiting", "wrong-answers"] as const;

export default defineNegotiationTool({
  name: "negotiate_play",
  description:
    "Has your own language model (MCP sampling) bargain for you: as long as this call runs, the hub asks your client's model in each of your turns and holds it to your mandate and your reservation. It needs a mandate or preferences. Call again to go on.",
  input: z.object({
    id: z.string().describe("a negotiation id (bar_…) of which you are a party that answers itself"),
    as: z.string().optional().describe("for the operator: the party to play"),
    instructions: z.string().max(4000).optional().describe("how your model should bargain"),
    turns: z.int().min(1).max(60).default(8).describe("answers of your model in this call at most; many clients stop at ten"),
    waitMs: z.int().min(0).max(600_000).default(45_000).describe("how long to wait for the others' turn at most"),
  }),
  output: viewSchema.extend({
    stopped: z
      .enum(stops)
      .describe(
        "why the call is over: the session is, your model answered `turns` times, the others take their time, or its answers did not count",
      ),
    answers: z.number().describe("answers of your model in this call"),
    problem: z.string().nullable().describe("what was wrong with its last answer"),
  }),
  hints: { secrets: ["instructions"] },
  run: async (input, ctx, { bargaining, modelAnswers }) => {
    const { id, turns, waitMs, instructions } = input;
    let kept = await bargaining.read(id);
    const party = partyOf(kept, ctx.principal, input.as);
    const { by = "self" } = kept.session.terms.parties.find(({ name }) => name === party) ?? {};
    if (by !== "self") throw negotiationErrors.SEAT_TAKEN({ party, by });
    if (!ctx.canSample) throw negotiationErrors.SAMPLING_MISSING({ client: ctx.principal.id });
    if (!kept.seats[party]?.preferences && (await mandatesOf(bargaining.records, kept, party, "model")).length === 0)
      throw negotiationErrors.MODEL_UNBOUND({ party });
    const played = await afterSample(bargaining, kept, party, ctx.sampled);
    const { answers, bad, problem } = played;
    const over = (stopped: (typeof stops)[number]) => ({ ...viewOf(kept, party), stopped, answers, problem });
    for (;;) {
      kept = await bargaining.read(id);
      const turn = turnOf(kept.session);
      if (!turn) return over("ended");
      if (turn.to === party) {
        if (bad >= modelAnswers) return over("wrong-answers");
        if (answers >= turns) return over("turns");
        const { request, state } = await sampleFor(bargaining.records, kept, turn, instructions, played);
        throw new SampleNeeded(request, state);
      }
      if (answers >= turns) return over("turns");
      const limit = AbortSignal.timeout(waitMs);
      try {
        await bargaining.goneOn(id, kept.session.entries.length, AbortSignal.any([ctx.signal, limit]));
      } catch (thrown) {
        if (ctx.signal.aborted || !limit.aborted) throw thrown;
        return over("waiting");
      }
    }
  },
});
