import { z } from "zod";
import { queryWords } from "../../store/backend.ts";
import { defineHubTool } from "../hub-desk.ts";
import { whereIs } from "../whereabouts.ts";

const weights = { id: 4, tag: 3, name: 3, description: 1, agent: 1 };

export default defineHubTool({
  name: "agent_search",
  description:
    "Finds agents by what they can do: words are looked for in the ids, names, tags and descriptions of their skills, agents elsewhere and those that joined included.",
  input: z.object({
    query: z.string().min(1).describe("what should be done, in words"),
    limit: z.int().min(1).max(50).default(10),
  }),
  output: z.object({
    found: z.array(
      z.object({
        agent: z.string(),
        skill: z.string(),
        name: z.string(),
        description: z.string(),
        url: z.string(),
        where: z.enum(["here", "joined", "away", "elsewhere", "down"]),
        score: z.number().describe("how much of the query the skill covers, 0 to 1"),
      }),
    ),
  }),
  hints: { readOnly: true },
  run: async ({ query, limit }, _ctx, desk) => {
    const words = queryWords(query);
    const found = desk.registry.list().flatMap(({ agent, card }) =>
      card.skills.map((skill) => {
        const fields = [
          [weights.id, skill.id],
          [weights.tag, skill.tags.join(" ")],
          [weights.name, skill.name],
          [weights.description, skill.description],
          [weights.agent, `${agent.profile.name} ${agent.profile.description}`],
        ] as const;
        const best = words.map((word) =>
          Math.max(0, ...fields.map(([weight, text]) => (text.toLowerCase().includes(word) ? weight : 0))),
        );
        const score = best.reduce((sum, weight) => sum + weight, 0) / (weights.id * Math.max(1, words.length));
        const { name } = agent.profile;
        return {
          agent: name,
          skill: skill.id,
          name: skill.name,
          description: skill.description,
          url: card.supportedInterfaces[0]?.url ?? "",
          where: whereIs(name, desk),
          score,
        };
      }),
    );
    // Of equals those first that answer now, then by name, so that two looks give the same list.
    const rank = { here: 0, joined: 0, elsewhere: 1, away: 2, down: 2 };
    return {
      found: found
        .filter(({ score }) => score > 0)
        .sort((a, b) => b.score - a.score || rank[a.where] - rank[b.where] || (a.agent < b.agent ? -1 : 1))
        .slice(0, limit),
    };
  },
});
