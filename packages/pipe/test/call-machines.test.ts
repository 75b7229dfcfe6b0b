import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { firstIncoming, incomingEvents } from "../src/incoming-call.ts";
import { firstOutgoing, outgoingEvents } from "../src/outgoing-call.ts";

test("an outgoing call settles at most once and frees its place at most once, whatever comes in whatever order", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("call" as const, "stream" as const),
      fc.array(fc.constantFrom(...outgoingEvents)),
      (kind, events) => {
        let state = firstOutgoing[kind];
        const done: string[] = [];
        for (const event of events) {
          const before = state.phase;
          const { next, effects } = state[event];
          state = next;
          done.push(...effects);
          if (effects.includes("violate"))
            assert.equal(next.phase, before, "a breach leaves the call to the closing of the pipe");
          if (effects.includes("settle")) assert.ok(before === "waiting" || before === "sent");
          if (before === "abandoned" || before === "ended")
            assert.ok(!effects.includes("deliver") && !effects.includes("cancel"));
          if (event === "reply" || event === "item")
            assert.equal(effects.filter((one) => ["settle", "deliver", "drop"].includes(one)).length, 1, "a body has one taker");
        }
        const count = (effect: string) => done.filter((one) => one === effect).length;
        assert.ok(count("settle") <= 1 && count("free") <= 1 && count("cancel") <= 1 && count("unqueue") <= 1);
        if (state.phase === "ended") assert.equal(count("settle"), 1);
        assert.equal(state.gone.next.phase, "ended", "the loss of the pipe ends every call");
      },
    ),
    { seed: 1, numRuns: 2000 },
  );
});

test("an incoming call sends at most one ending, nothing after it, and nothing once it is stopped but that ending", () => {
  const endings = ["reply", "error", "stopped", "end"];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...incomingEvents)), (events) => {
      let state = firstIncoming;
      let ended = 0;
      let freed = 0;
      let aborted = 0;
      for (const event of events) {
        const { phase } = state;
        const { next, effects } = state[event];
        if (phase === "stopping")
          assert.ok(!effects.some((effect) => effect === "item" || effect === "reply" || effect === "end"));
        if (phase === "ended") assert.ok(effects.every((effect) => effect === "drop"));
        if (event === "return" || event === "yield")
          assert.equal(effects.filter((one) => ["reply", "item", "drop"].includes(one)).length, 1, "a body has one taker");
        if (event === "gone") assert.ok(!effects.some((effect) => endings.includes(effect)));
        ended += effects.filter((effect) => endings.includes(effect)).length;
        freed += effects.filter((effect) => effect === "free").length;
        if (phase === "running") aborted += effects.filter((effect) => effect === "abort").length;
        state = next;
      }
      const { phase } = state;
      assert.ok(ended <= 1 && freed <= 1 && aborted <= 1);
      assert.equal(freed, phase === "ended" ? 1 : 0);
    }),
    { seed: 2, numRuns: 2000 },
  );
});
