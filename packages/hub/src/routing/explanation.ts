/** What is said of a decision: who was dropped and why, the scores, whom the draw compared, and how it ended. Pure. */
import { z } from "zod";
import { chainSchema } from "../base/sla-extension.ts";
import type { Attempt, Delivery } from "./call.ts";
import type { Choice } from "./choosing.ts";
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
  left: z.object({ ranked: z.number(), dropped: z.number() }).describe("how many are left off, where there were very many"),
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
const shownNames = 3;
const shownAgents = 50;

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
    because: because(delivery),
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

/** A choice as plain JSON; of very many agents the best and those drawn, and the first that were dropped. */
export function told(choice: Choice): z.output<typeof choiceSchema> {
  const ranked = choice.ranked.filter((one, place) => place < shownAgents || choice.drawn.includes(one.agent));
  const dropped = choice.dropped.slice(0, shownAgents);
  return {
    pick: choice.pick?.agent ?? null,
    how: choice.how,
    drawn: [...choice.drawn],
    panic: choice.panic,
    ranked: ranked.map((one) => ({
      agent: one.agent,
      skill: one.skill?.id ?? null,
      score: one.total,
      parts: one.parts,
      penalty: one.penalty,
      expectedMs: one.cost,
      outstanding: one.outstanding,
      near: one.band,
    })),
    dropped: dropped.map((drop) => ({ ...drop })),
    left: { ranked: choice.ranked.length - ranked.length, dropped: choice.dropped.length - dropped.length },
  };
}

/** Why an agent was chosen, in a few sentences. */
export function whyChosen(choice: Choice): string {
  return [whyPicked(choice), ...whyDropped(choice)].join(" ");
}

function because(delivery: Delivery): string {
  const [first] = delivery.choices;
  const went = delivery.attempts.flatMap(howItWent(delivery.begunAt));
  return [...(first ? [whyPicked(first)] : []), ...went, ...delivery.notes, ...(first ? whyDropped(first) : [])].join(" ");
}

function whyPicked(choice: Choice): string {
  const { pick } = choice;
  if (!pick) return "Nobody could be asked.";
  const others = choice.drawn.filter((agent) => agent !== pick.agent);
  const near = choice.ranked.filter(({ band }) => band).length;
  const about = `score ${pick.total.toFixed(2)}, ${wait(pick.cost)} expected`;
  const costOf = (agent: string): string => wait(choice.ranked.find((one) => one.agent === agent)?.cost ?? 0);
  const reason =
    choice.how === "probe"
      ? `${pick.agent} was tried out after its ejection`
      : choice.how === "only-one"
        ? `${pick.agent} was the only one left (${about})`
        : others.length === 0
          ? `${pick.agent} alone was near the best (${about})`
          : `${pick.agent} (${about}) was the lighter of two drawn from ${near} near the best, against ${others.map((agent) => `${agent} (${costOf(agent)})`).join(", ")}`;
  return choice.panic ? `${reason}; too few agents are healthy, so that all were asked again.` : `${reason}.`;
}

// Those that were dropped for the same reason in one sentence, fewest first: what is special comes before what is usual.
function whyDropped({ dropped }: Choice): readonly string[] {
  const reasons = Map.groupBy(dropped, ({ why }) => why);
  return [...reasons]
    .sort(([, a], [, b]) => a.length - b.length)
    .map(([why, drops]) => {
      const names = drops.map(({ agent }) => agent);
      const who =
        names.length <= shownNames
          ? names.join(", ")
          : `${names.slice(0, shownNames).join(", ")} and ${names.length - shownNames} more`;
      return `Dropped: ${who} (${why}).`;
    });
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
