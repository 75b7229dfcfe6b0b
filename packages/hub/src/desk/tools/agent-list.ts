import { z } from "zod";
import { isSignedBy } from "../../a2a/card-signature.ts";
import { defineHubTool } from "../hub-desk.ts";
import { whereIs } from "../whereabouts.ts";

export default defineHubTool({
  name: "agent_list",
  description:
    "The agents of this hub: what each is good for, where it is reached over A2A, whether its card's signature holds, its record of agreements, and what it is doing.",
  input: z.object({ skill: z.string().optional().describe("only agents that offer this skill") }),
  output: z.object({
    agents: z.array(
      z.object({
        name: z.string(),
        description: z.string(),
        url: z.string(),
        skills: z.array(z.object({ id: z.string(), name: z.string(), description: z.string() })),
        signed: z.boolean(),
        where: z.enum(["here", "joined", "away", "elsewhere", "down"]),
        bids: z.boolean(),
        reliability: z.number(),
        agreements: z.object({ fulfilled: z.number(), late: z.number(), failed: z.number(), active: z.number() }),
        tasks: z.object({ working: z.number(), completed: z.number(), failed: z.number() }),
        card: z.record(z.string(), z.json()),
      }),
    ),
  }),
  hints: { readOnly: true },
  run: async (input, _ctx, desk) => {
    const members = input.skill ? desk.registry.withSkill(input.skill) : desk.registry.list();
    const names = members.map((member) => member.agent.profile.name);
    if (names.length === 0) return { agents: [] };
    const [reliability, agreements, tasks] = await Promise.all([
      desk.contracting.records.reliability(names),
      desk.store.db
        .selectFrom("agreements")
        .select(["contractor", "status", (eb) => eb.fn.countAll<number>().as("count")])
        .groupBy(["contractor", "status"])
        .execute(),
      desk.store.db
        .selectFrom("tasks")
        .select(["agent", "state", (eb) => eb.fn.countAll<number>().as("count")])
        .groupBy(["agent", "state"])
        .execute(),
    ]);
    const agents = await Promise.all(
      members.map(async ({ agent, card, cardJson, key }) => {
        const { name, description, skills } = agent.profile;
        const agreed = (status: string): number =>
          Number(agreements.find((row) => row.contractor === name && row.status === status)?.count ?? 0);
        const task = (...states: string[]): number =>
          tasks
            .filter((row) => row.agent === name && states.includes(row.state))
            .reduce((sum, row) => sum + Number(row.count), 0);
        return {
          name,
          description,
          url: card.supportedInterfaces[0]?.url ?? "",
          skills: skills.map((skill) => ({ id: skill.id, name: skill.name, description: skill.description })),
          signed: await isSignedBy(card, key.publicJwk),
          where: whereIs(name, desk),
          bids: agent.bid !== undefined,
          reliability: reliability[name] ?? 0.5,
          agreements: {
            fulfilled: agreed("fulfilled"),
            late: agreed("late"),
            failed: agreed("failed"),
            active: agreed("active"),
          },
          tasks: {
            working: task("TASK_STATE_SUBMITTED", "TASK_STATE_WORKING", "TASK_STATE_INPUT_REQUIRED", "TASK_STATE_AUTH_REQUIRED"),
            completed: task("TASK_STATE_COMPLETED"),
            failed: task("TASK_STATE_FAILED", "TASK_STATE_CANCELED", "TASK_STATE_REJECTED"),
          },
          card: JSON.parse(JSON.stringify(cardJson)),
        };
      }),
    );
    return { agents };
  },
});
