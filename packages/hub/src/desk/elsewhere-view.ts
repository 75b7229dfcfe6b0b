import { z } from "zod";
import type { RemoteMember } from "../a2a/remote/remote-member.ts";

/** An agent elsewhere as the tools show it. */
export const elsewhereSchema = z.object({
  name: z.string(),
  url: z.string().describe("where its own card is"),
  description: z.string(),
  skills: z.array(z.string()),
  signed: z.boolean(),
  cardHash: z.string(),
  health: z.object({
    state: z.enum(["unknown", "up", "down"]),
    checkedAt: z.number().nullable(),
    problem: z.string().nullable(),
  }),
  pending: z
    .object({ hash: z.string(), changes: z.array(z.string()).describe("what the changed card says differently") })
    .nullable(),
});

/** Describes an agent elsewhere. */
export function describeElsewhere(member: RemoteMember): z.input<typeof elsewhereSchema> {
  const { name, url, card, cardHash, key, health, pending } = member;
  return {
    name,
    url,
    description: card.description,
    skills: card.skills.map((skill) => skill.id),
    signed: key !== undefined,
    cardHash,
    health: { state: health.state, checkedAt: health.checkedAt ?? null, problem: health.problem ?? null },
    pending: pending ? { hash: pending.hash, changes: differences(card, pending.card) } : null,
  };
}

// One line for each member of the card that is another now.
function differences(before: object, after: object): string[] {
  const [old, now] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((member) => {
    if (member === "signatures") return [];
    const [was, is] = [JSON.stringify(old.get(member)), JSON.stringify(now.get(member))];
    return was === is ? [] : [`${member}: ${short(was)} → ${short(is)}`];
  });
}

function short(text: string | undefined): string {
  if (text === undefined) return "nothing";
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
