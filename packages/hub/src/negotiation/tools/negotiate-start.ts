import { z } from "zod";
import { mandateSchema } from "../bargains/mandate.ts";
import { modelSeatSchema } from "../bargains/models/model-seat.ts";
import { preferencesSchema, readPreferences } from "../bargains/preferences.ts";
import { type SeatSecrets, strategyNames } from "../bargains/seat.ts";
import { issueSchema, issuesOf } from "../bargains/terms.ts";
import { defineNegotiationTool } from "../desk.ts";
import { negotiationErrors } from "../errors.ts";

const minute = 60_000;
const moveMs: Readonly<Record<string, number>> = { self: 10 * minute, model: 5 * minute };
const week = 7 * 24 * 3_600_000;

export default defineNegotiationTool({
  name: "negotiate_start",
  description:
    "Begins a bargaining session of alternating offers about issues and their values, with other parties by name. With `preferences` a strategy of the hub bargains for you, with `model` a language model; without, you answer yourself by negotiate_offer, negotiate_accept and negotiate_end. Agents are sent their turns. What is agreed becomes a signed agreement whose service levels are watched.",
  input: z.object({
    subject: z.string().min(1).max(500),
    issues: z.array(issueSchema).min(1).max(64),
    with: z
      .array(z.string())
      .min(1)
      .max(16)
      .describe("the other parties: agents by name, in the order in which they act after you"),
    withoutMe: z.boolean().default(false).describe("for the operator: the others bargain among themselves"),
    preferences: preferencesSchema.optional().describe("what you want; nobody else is shown it"),
    strategy: z
      .enum(["self", ...strategyNames])
      .optional()
      .describe("how you bargain; deadline-micro with preferences, else self"),
    model: modelSeatSchema
      .optional()
      .describe("has a language model that the operator configured bargain for you, within your mandate; in place of a strategy"),
    mandate: mandateSchema.optional().describe("what you may agree to in this session, whoever acts for you"),
    rounds: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe("in how many rounds offers may be made; 20 when no deadline is set either"),
    deadlineMs: z.int().min(1).optional().describe("after how long nothing counts any more"),
    moveMs: z
      .int()
      .min(1)
      .optional()
      .describe("how long a party may take for its turn; a minute, five where your model answers, ten where you do"),
    provider: z.string().optional().describe("which party does the work; the last one when left out"),
    tasks: z.int().min(1).default(1).describe("how many tasks the agreement covers"),
    validMs: z.int().min(1).default(week).describe("how long the agreement then holds"),
    onBreach: z.enum(["nothing", "renegotiate"]).default("nothing"),
  }),
  output: z.object({ negotiation: z.string() }),
  hints: { secrets: ["preferences", "mandate", "model"] },
  run: async (input, { principal }, { bargaining, models }) => {
    const { subject, withoutMe, preferences, strategy, model, mandate, deadlineMs, tasks, validMs, onBreach } = input;
    if (withoutMe && principal.kind !== "operator")
      throw negotiationErrors.BARGAIN_INVALID({ problem: "withoutMe: only the operator begins sessions it is no party of" });
    if (withoutMe && (preferences || strategy || model || mandate))
      throw negotiationErrors.BARGAIN_INVALID({
        problem: "withoutMe: wanted no preferences, strategy, model or mandate of yours",
      });
    if (model && strategy) throw negotiationErrors.BARGAIN_INVALID({ problem: "wanted a strategy or a model; got both" });
    const issues = issuesOf(input.issues);
    const chosen = model ? "model" : (strategy ?? (preferences ? "deadline-micro" : "self"));
    if (model && !preferences && !mandate && !(await bargaining.records.mandate(principal.id)))
      throw negotiationErrors.MODEL_UNBOUND({ party: principal.id });
    if (strategy !== undefined && chosen !== "self" && !preferences)
      throw negotiationErrors.BARGAIN_INVALID({ problem: `strategy: "${chosen}" wants preferences; got none` });
    const seat: SeatSecrets = {
      ...(preferences ? { preferences: readPreferences(issues, preferences) } : {}),
      ...(chosen === "self" || model ? {} : { strategy: chosen }),
      ...(model ? { model: { ...model, endpoint: models.resolve(model.endpoint, principal.id) } } : {}),
      ...(mandate ? { mandate } : {}),
    };
    const parties = [...(withoutMe ? [] : [principal.id]), ...input.with];
    const rounds = input.rounds ?? (deadlineMs === undefined ? 20 : undefined);
    const id = await bargaining.start({
      subject,
      issues,
      openedBy: principal.id,
      parties,
      byTool: withoutMe || chosen !== "self" ? [] : [principal.id],
      seats: withoutMe ? {} : { [principal.id]: seat },
      ...(rounds === undefined ? {} : { rounds }),
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      moveWithinMs: input.moveMs ?? (withoutMe ? minute : (moveMs[chosen] ?? minute)),
      provider: input.provider ?? parties.at(-1) ?? "",
      tasks,
      validMs,
      onBreach,
    });
    return { negotiation: id ?? "" };
  },
});
