/** What is said of a decision: who was dropped and why, the scores, whom the draw compared, and how it ended. Pure. */
import { z } from "zod";
import { chainSchema } from "../base/sla-extension.ts";
import type { Choice } from "./choosing.ts";
import type { Attempt, Delivery } from "./delivery.ts";
import { filterNames } from "./filters.ts";

const part = z.object({ value: z.number(), weight: z.number(), points: z.number() });
const choiceSchema = z.object({
  pick: z.string().nullable(),
  how: z.enum(["only-one", "two-choices", "probe", "nobody"]),
  drawn: z.array(z.string()),
  panic: z.boolean(),
  ranked: z.array(
    z.object({
      agent: z.string(),
      skill: z.string().nullable(),
      score: z.number(),
      parts: z.object({ match: part, price: part, reliability: part, budget: part }),
      penalty: z.number(),
      expectedMs: z.number(),
      outstanding: z.number(),
      near: z.boolean(),
    }),
  ),
  dropped: z.array(z.object({ agent: z.string(), filter: z.enum(filterNames), why: z.string() })),
});
const attemptSchema = z.object({
  agent: z.string(),
  as: z.enum(["first", "retry", "hedge"]),
  probe: z.boolean(),
  sentMs: z.number(),
  firstMs: z.number().nullable(),
  endedMs: z.number().nullable(),
  outcome: z.string().nullable(),
  problem: z.string().nullable(),
});

/** A decision with its explanation. `sentMs`, `firstMs` and `endedMs` count from the call's beginning. */
export const decisionSchema = z.object({
  id: z.string(),
  at: z.number(),
  from: z.string(),
  skill: z.string().nullable(),
  text: z.string(),
  idempotent: z.boolean(),
  withinMs: z.number().nullable(),
  chain: chainSchema,
  because: z.string(),
  choices: z.array(choiceSchema),
  attempts: z.array(attemptSchema),
  notes: z.array(z.string()),
  outcome: z.enum(["open", "ok", "failed"]),
  agent: z.string().nullable(),
  totalMs: z.number().nullable(),
  problem: z.string().nullable(),
});
export type Decision = z.output<typeof decisionSchema>;

const keptText = 200;

/** The record of a call as it stands. */
export function explain(delivery: Delivery, from: string): Decision {
  const { request, settled, begunAt } = delivery;
  const winner = delivery.attempts.find((attempt) => attempt.id === settled?.winner);
  return {
    id: delivery.id,
    at: begunAt,
    from,
    skill: request.skill ?? null,
    text: request.text.slice(0, keptText),
    idempotent: request.idempotent,
    withinMs: request.deadlineAt === undefined ? null : request.deadlineAt - begunAt,
    chain: request.chain,
    because: [
      ...delivery.choices.slice(0, 1).map(whyChosen),
      ...delivery.attempts.flatMap(howItWent(begunAt)),
      ...delivery.notes,
    ].join(" "),
    choices: delivery.choices.map(told),
    attempts: delivery.attempts.map((attempt) => ({
      agent: attempt.agent,
      as: attempt.as,
      probe: attempt.probe,
      sentMs: attempt.sentAt - begunAt,
      firstMs: attempt.firstAt === undefined ? null : attempt.firstAt - begunAt,
      endedMs: attempt.endedAt === undefined ? null : attempt.endedAt - begunAt,
      outcome: attempt.outcome ?? null,
      problem: attempt.problem ?? null,
    })),
    notes: [...delivery.notes],
    outcome: settled === undefined ? "open" : settled.error ? "failed" : "ok",
    agent: winner?.agent ?? null,
    totalMs: settled === undefined ? null : settled.at - begunAt,
    problem: settled?.error?.message ?? null,
  };
}

/** A choice as plain JSON. */
export function told(choice: Choice): z.output<typeof choiceSchema> {
  return {
    pick: choice.pick?.agent ?? null,
    how: choice.how,
    drawn: [...choice.drawn],
    panic: choice.panic,
    ranked: choice.ranked.map((one) => ({
      agent: one.agent,
      skill: one.skill?.id ?? null,
      score: one.total,
      parts: one.parts,
      penalty: one.penalty,
      expectedMs: one.cost,
      outstanding: one.outstanding,
      near: one.band,
    })),
    dropped: choice.dropped.map((drop) => ({ ...drop })),
  };
}

/** Why an agent was chosen, in a sentence or two. */
export function whyChosen(choice: Choice): string {
  const dropped = choice.dropped.map(({ agent, why }) => `${agent} was dropped: ${why}.`).join(" ");
  const { pick } = choice;
  if (!pick) return `Nobody could be asked. ${dropped}`.trim();
  const panic = choice.panic ? " Too few agents are healthy, so that all were asked again." : "";
  const others = choice.drawn.filter((agent) => agent !== pick.agent);
  const near = choice.ranked.filter(({ band }) => band).length;
  const cost = `${wait(pick.cost)} expected`;
  const reason =
    choice.how === "probe"
      ? `${pick.agent} was tried out after its ejection`
      : choice.how === "only-one"
        ? `${pick.agent} was the only one left (score ${pick.total.toFixed(2)}, ${cost})`
        : others.length === 0
          ? `${pick.agent} alone was near the best (score ${pick.total.toFixed(2)}, ${cost})`
          : `${pick.agent} (score ${pick.total.toFixed(2)}, ${cost}) was the lighter of two drawn from ${near} near the best, against ${others
              .map((agent) => `${agent} (${wait(choice.ranked.find((one) => one.agent === agent)?.cost ?? 0)})`)
              .join(", ")}`;
  return `${reason}.${panic} ${dropped}`.trim();
}

function howItWent(begunAt: number): (attempt: Attempt, index: number) => readonly string[] {
  return (attempt, index) => {
    const at = `after ${attempt.sentAt - begunAt} ms`;
    const asked =
      index === 0
        ? ""
        : attempt.as === "hedge"
          ? `Hedged with ${attempt.agent} ${at}. `
          : `Tried again with ${attempt.agent} ${at}. `;
    const end =
      attempt.outcome === undefined
        ? `${attempt.agent} has it.`
        : attempt.outcome === "ok"
          ? `${attempt.agent} did it in ${(attempt.endedAt ?? attempt.sentAt) - attempt.sentAt} ms.`
          : `${attempt.agent} ${attempt.outcome}: ${attempt.problem ?? "no reason given"}.`;
    return [`${asked}${end}`];
  };
}

function wait(ms: number): string {
  return ms < 1 ? "no wait" : ms < 10_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1000)} s`;
}
