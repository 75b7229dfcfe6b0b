// Single-text mediation: instead of offers of their own the parties vote on changes to one text (Raiffa, "The Art and Science of
// Negotiation", 1982; as a protocol for many dependent issues Klein, Faratin, Sayama, Bar-Yam, "Negotiating complex contracts", Group
// Decision and Negotiation 12, 2003).
//
//   changing --(rounds changes voted on)--> ratifying --(all accept | somebody does not)--> closed
//
// The mediator changes one issue of the text, drawn at random, and asks everybody. A change that all accept is adopted. With a temperature,
// one that nobody vetoes is adopted also against n reluctant parties with probability exp(-n / T), T falling evenly to 0: annealing, which
// leaves the poor texts that are better than all their neighbours. At last all must accept the text itself, so nobody is bound to
// what it was overruled on. The parties' preferences stay their own; the mediator sees votes alone.
// Changed from Klein et al.: one way to accept and two to reject, since only the rejections decide what may be overruled; the rule for
// overruling; and the last vote.

import { drawn } from "../draw.ts";
import { checkEventType, timeOfStep } from "../event.ts";
import {
  checkedMediationTerms,
  type MediationEffect,
  type MediationEvent,
  type MediationMessage,
  type MediationResult,
  type MediationState,
  type MediationTerms,
  mediationAnswers,
} from "../mediation/session.ts";
import { defineProtocol, type Transition } from "../protocol.ts";

type State = MediationState;
type Moved = Transition<State, MediationEffect>;

/** Single-text mediation. Its `start` throws TERMS_INVALID, its `step` EVENT_INVALID. */
export const singleTextMediation = defineProtocol<MediationTerms, State, MediationEvent, MediationEffect, MediationResult>({
  name: "single-text-mediation",

  start(given) {
    const terms = checkedMediationTerms(given);
    let draws = terms.seed;
    let text = terms.text;
    if (text === undefined) {
      const drawnText: number[] = [];
      for (const size of terms.issues) {
        const [value, next] = drawn(draws);
        drawnText.push(Math.floor(value * size));
        draws = next;
      }
      text = drawnText;
    }
    const counts = { proposed: 0, adopted: 0, draws, dueAt: 0, at: terms.startAt };
    return proposed({ terms, phase: "changing", text, answers: [], ...counts }, terms.startAt);
  },

  step(before, event, time) {
    checkEventType(event, ["vote", "end", "timer"]);
    const now = timeOfStep(time, before.at);
    const state = { ...before, at: now };
    if (state.result !== undefined || now < state.dueAt) return decide(state, event, now);
    const [counted, told] = decidedBy({ ...state, answers: state.answers.map((answer) => answer ?? "reject") }, now);
    const [after, effects] = decide(counted, event, now);
    return [after, [...told, ...effects]];
  },

  nextTimer: ({ result, dueAt }) => (result === undefined ? dueAt : undefined),

  result: ({ result }) => result,
});

export default singleTextMediation;

function decide(state: State, event: MediationEvent, now: number): Moved {
  if (event.type === "timer") return [state, []];
  const { from } = event;
  const misunderstood = (reason: Extract<MediationMessage, { act: "not-understood" }>["reason"]): Moved => [
    state,
    [{ type: "send", to: from, message: { act: "not-understood", reason } }],
  ];
  const at = state.terms.participants.indexOf(from);
  if (at < 0) return misunderstood("not-a-participant");
  if (state.result !== undefined) return misunderstood("closed");
  if (event.type === "end") return closed(state, { outcome: "no-deal", reason: "ended", by: from });
  if (!mediationAnswers.includes(event.answer)) return misunderstood("invalid-answer");
  if (state.answers[at] !== null) return misunderstood("out-of-sequence");
  const answers = state.answers.with(at, event.answer);
  return answers.includes(null) ? [{ ...state, answers }, []] : decidedBy({ ...state, answers }, now);
}

// All have answered, or count as if they had.
function decidedBy(state: State, now: number): Moved {
  const { answers, phase, text, proposal, terms } = state;
  const reluctant = answers.filter((answer) => answer === "reluctant").length;
  const vetoed = answers.includes("reject");
  if (phase === "ratifying") {
    if (vetoed || reluctant > 0) return closed(state, { outcome: "no-deal", reason: "not-ratified" });
    return closed(state, { outcome: "agreement", agreed: text });
  }
  const [chance, draws] = drawn(state.draws);
  const heat = terms.temperature * (1 - (state.proposed - 1) / terms.rounds);
  const adopts = !vetoed && (reluctant === 0 || (heat > 0 && chance < Math.exp(-reluctant / heat)));
  const next = { ...state, draws, ...(adopts ? { text: proposal!, adopted: state.adopted + 1 } : {}) };
  return state.proposed < terms.rounds ? proposed(next, now) : asked(ratifying(next), now);
}

function proposed(state: State, now: number): Moved {
  const { issues } = state.terms;
  const open = [...issues.keys()].filter((k) => issues[k]! > 1);
  const [first, between] = drawn(state.draws);
  const [second, draws] = drawn(between);
  const issue = open[Math.floor(first * open.length)]!;
  const other = Math.floor(second * (issues[issue]! - 1));
  const value = other < state.text[issue]! ? other : other + 1; // any but the present one
  return asked({ ...state, draws, proposal: state.text.with(issue, value), proposed: state.proposed + 1 }, now);
}

function ratifying({ proposal: _, ...state }: State): State {
  return { ...state, phase: "ratifying" };
}

function asked(before: State, now: number): Moved {
  const { terms, text, proposal, phase } = before;
  const state = { ...before, answers: terms.participants.map(() => null), dueAt: now + terms.voteWithinMs };
  const message: MediationMessage = {
    act: "ask",
    text,
    ...(proposal === undefined ? {} : { proposal }),
    round: phase === "ratifying" ? terms.rounds : state.proposed - 1,
    roundsLeft: terms.rounds - state.proposed,
    replyBy: state.dueAt,
  };
  return [state, terms.participants.map((to) => ({ type: "send", to, message }))];
}

function closed(state: State, ending: Omit<MediationResult, "proposed" | "adopted">): Moved {
  const result: MediationResult = { ...ending, proposed: state.proposed, adopted: state.adopted };
  const told = state.terms.participants.map((to): MediationEffect => ({ type: "send", to, message: { act: "closed", result } }));
  return [{ ...state, phase: "closed", result }, told];
}
