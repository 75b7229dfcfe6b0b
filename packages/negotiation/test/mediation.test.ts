import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type MediationAnswer,
  type MediationEvent,
  type MediationState,
  type MediationTerms,
  NegotiationError,
  type Outcome,
  singleTextMediation,
} from "../src/index.ts";
import { terms as anyTerms, event } from "./protocols/single-text-mediation.ts";

const seed = 20261125;
const two: MediationTerms = { participants: ["ada", "bob"], issues: [3, 3], rounds: 2, seed: 1, text: [0, 0], voteWithinMs: 100 };
const vote = (from: string, answer: MediationAnswer): MediationEvent => ({ type: "vote", from, answer });

function play(given: MediationTerms, steps: readonly (readonly [number, MediationEvent])[]) {
  let [state, effects] = singleTextMediation.start(given);
  const all = [...effects];
  for (const [now, e] of steps) {
    [state, effects] = singleTextMediation.step(state, e, now);
    all.push(...effects);
  }
  return { state, all, result: singleTextMediation.result(state), due: singleTextMediation.nextTimer(state) };
}

test("a change that all accept is adopted, one that somebody rejects is not, and at last all accept the text itself", () => {
  const { state: opened } = play(two, []);
  const change = opened.proposal!;
  assert.equal(change.filter((value, k) => value !== opened.text[k]).length, 1, "one issue is changed");
  const { result, all } = play(two, [
    [1, vote("ada", "accept")],
    [2, vote("bob", "accept")],
    [3, vote("ada", "reject")],
    [4, vote("bob", "accept")],
    [5, vote("ada", "accept")],
    [6, vote("bob", "accept")],
  ]);
  assert.deepEqual(result, { outcome: "agreement", agreed: change, proposed: 2, adopted: 1 });
  const asked = all.flatMap(({ to, message }) => (to === "ada" && message.act === "ask" ? [message] : []));
  assert.deepEqual(
    asked.map(({ round, roundsLeft }) => [round, roundsLeft]),
    [
      [0, 1],
      [1, 0],
      [2, 0],
    ],
  );
  assert.deepEqual(asked[2], { act: "ask", text: change, round: 2, roundsLeft: 0, replyBy: 104 });
});

test("nobody is bound to the last text without accepting it", () => {
  const accepted = [1, 2].flatMap((at) => [[at, vote("ada", "accept")] as const, [at, vote("bob", "accept")] as const]);
  for (const answer of ["reject", "reluctant"] as const) {
    const { result } = play({ ...two, temperature: 100 }, [...accepted, [3, vote("ada", "accept")], [3, vote("bob", answer)]]);
    assert.equal(result?.outcome, "no-deal");
    assert.equal(result?.reason, "not-ratified");
  }
});

test("who does not vote in time rejects; each vote has its full time, also after an outage", () => {
  const { state, due } = play(two, [
    [1, vote("ada", "accept")],
    [5000, { type: "timer" }],
  ]);
  assert.equal(state.adopted, 0);
  assert.equal(state.proposed, 2);
  assert.equal(due, 5100);
});

test("a party that leaves ends the mediation", () => {
  const { result, due, all } = play(two, [
    [1, { type: "end", from: "bob" }],
    [2, vote("ada", "accept")],
  ]);
  assert.deepEqual(result, { outcome: "no-deal", reason: "ended", by: "bob", proposed: 1, adopted: 0 });
  assert.equal(due, undefined);
  assert.deepEqual(all.at(-1)?.message, { act: "not-understood", reason: "closed" });
});

test("a second vote, a stranger's and one that is no answer count nothing", () => {
  const { all, state } = play(two, [
    [1, vote("ada", "accept")],
    [2, vote("ada", "reject")],
    [3, vote("eve", "accept")],
    [4, vote("bob", "perhaps" as MediationAnswer)], // why: what a host that does not check may deliver
  ]);
  assert.deepEqual(
    all.slice(2).map(({ message }) => ("reason" in message ? message.reason : message.act)),
    ["out-of-sequence", "not-a-participant", "invalid-answer"],
  );
  assert.deepEqual(state.answers, ["accept", null]);
});

test("terms without anything to change, with a text that is none, or with a broken seed are refused", () => {
  for (const bad of [{ issues: [1, 1] }, { text: [0] }, { text: [0, 3] }, { seed: -1 }, { rounds: 0 }, { temperature: -1 }])
    assert.throws(
      () => singleTextMediation.start({ ...two, ...bad }),
      (e: unknown) => e instanceof NegotiationError && e.code === "TERMS_INVALID",
    );
});

test("in any order of events a veto holds, nobody is overruled without a temperature, and an agreement has everybody's word", () => {
  fc.assert(
    fc.property(
      anyTerms,
      fc.array(fc.tuple(event, fc.integer({ min: 0, max: 10 })), { maxLength: 60, size: "max" }),
      (given, steps) => {
        let [state] = singleTextMediation.start(given);
        let now = 0;
        for (const [e, wait] of steps) {
          now += wait;
          const before = state;
          [state] = singleTextMediation.step(state, e, now);
          assert.ok(state.proposed <= given.rounds && state.text.every((value, k) => value < given.issues[k]!));
          if (before.result !== undefined || (state.adopted === before.adopted && state.result?.outcome !== "agreement"))
            continue;
          const answers = before.answers.with(
            given.participants.indexOf(e.type === "timer" ? "" : e.from),
            e.type === "vote" ? e.answer : null,
          );
          assert.ok(!answers.includes("reject") && !answers.includes(null));
          if ((given.temperature ?? 0) === 0 || state.result !== undefined) assert.ok(!answers.includes("reluctant"));
        }
      },
    ),
    { seed, numRuns: 1000 },
  );
});

// Parties as in Klein et al.: issues are clauses that are in the contract or not, and worth what every pair of them says.
function landscape(clauses: number, of: number): (text: Outcome) => number {
  const draws = fc.sample(
    fc.array(fc.integer({ min: -100, max: 100 }), { minLength: clauses * clauses, maxLength: clauses * clauses }),
    {
      seed: of,
      numRuns: 1,
    },
  )[0]!;
  return (text) => {
    let sum = 0;
    for (let i = 0; i < clauses; i++) for (let j = 0; j <= i; j++) sum += draws[i * clauses + j]! * text[i]! * text[j]!;
    return sum;
  };
}

function mediated(
  given: MediationTerms,
  utilities: readonly ((text: Outcome) => number)[],
  bears: (loss: number, state: MediationState) => boolean,
) {
  let [state] = singleTextMediation.start(given);
  const first = state.text;
  for (let at = 1; singleTextMediation.result(state) === undefined; at++)
    for (const [p, from] of given.participants.entries()) {
      const gain = state.proposal === undefined ? 0 : utilities[p]!(state.proposal) - utilities[p]!(state.text);
      const answer = gain >= 0 ? "accept" : bears(-gain, state) ? "reluctant" : "reject";
      [state] = singleTextMediation.step(state, vote(from, answer), at);
    }
  return { first, result: singleTextMediation.result(state)! };
}

test("without a temperature no party loses by any change, and no change of one issue is left that all would accept gladly", () => {
  for (let run = 0; run < 20; run++) {
    const utilities = [landscape(8, 2 * run), landscape(8, 2 * run + 1)];
    const given: MediationTerms = { participants: ["ada", "bob"], issues: Array(8).fill(2), rounds: 400, seed: run };
    const { first, result } = mediated(given, utilities, () => false);
    const agreed = result.agreed!;
    for (const utility of utilities) assert.ok(utility(agreed) >= utility(first));
    for (let k = 0; k < 8; k++) {
      const changed = agreed.with(k, 1 - agreed[k]!);
      assert.ok(
        utilities.some((utility) => utility(changed) <= utility(agreed)),
        `run ${run}: issue ${k}`,
      );
    }
  }
});

test("annealing finds texts that are better for both together where issues depend on each other (Klein et al. 2003)", () => {
  let climbed = 0;
  let annealed = 0;
  for (let run = 0; run < 20; run++) {
    const utilities = [landscape(30, 100 + 2 * run), landscape(30, 101 + 2 * run)];
    const given: MediationTerms = { participants: ["ada", "bob"], issues: Array(30).fill(2), rounds: 1500, seed: run };
    const welfare = (text: Outcome) => utilities.reduce((sum, utility) => sum + utility(text), 0);
    climbed += welfare(mediated(given, utilities, () => false).result.agreed!);
    const patient = (loss: number, state: MediationState) => loss < 600 * (1 - state.proposed / 1500);
    annealed += welfare(mediated({ ...given, temperature: 2 }, utilities, patient).result.agreed!);
  }
  assert.ok(annealed > 1.2 * climbed, `${annealed} against ${climbed}`);
});
