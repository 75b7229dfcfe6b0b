import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { begin, fold, type Happening, type Life, step } from "../../src/a2a/engine/task-machine.ts";
import { isTerminal, type Message, type Task, type TaskEvent, taskStates } from "../../src/a2a/protocol.ts";

const said = (text: string): Message => ({ messageId: text, role: "ROLE_AGENT", parts: [{ text }] });
const asked: Message = { messageId: "m", role: "ROLE_USER", parts: [{ text: "go" }], taskId: "t", contextId: "c" };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    kind: fc.constant("status" as const),
    state: fc.constantFrom(...taskStates),
    message: fc.option(fc.string().map(said), { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant("artifact" as const),
    artifact: fc.record({
      artifactId: fc.constantFrom("a", "b"),
      parts: fc.array(fc.record({ text: fc.string() }), { minLength: 1, maxLength: 3 }),
    }),
    append: fc.boolean(),
    lastChunk: fc.boolean(),
  }),
  fc.string().map((text): Happening => ({ kind: "answer", message: { ...asked, messageId: text, parts: [{ text }] } })),
);

function live(happenings: readonly Happening[]) {
  const [first, made] = begin("t", "c", asked, 0);
  const events: TaskEvent[] = [];
  const moments = made.moments.map(({ moment }) => moment);
  let life: Life = first;
  let kept: Task = first.task;
  let keptAt = 0;
  for (const [at, one] of happenings.entries()) {
    const [next, effects] = step(life, one, at + 1);
    if (effects.event) events.push(effects.event);
    if (effects.snapshot) [kept, keptAt] = [next.task, next.seq];
    moments.push(...effects.moments.map(({ moment }) => moment));
    life = next;
  }
  return { life, events, moments, kept, keptAt };
}

test("whatever happens, events are numbered without gaps and a snapshot with the events after it is the task", () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
      const { life, events, kept, keptAt } = live(happenings);
      assert.equal(life.seq, events.length);
      assert.deepEqual(events.slice(keptAt).reduce(fold, kept), life.task);
    }),
    { seed: 20261124, numRuns: 500 },
  );
});

test("whatever happens, nothing happens to a task that ended, and its end is seen once", () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
      const { life, events, moments } = live(happenings);
      const end = events.findIndex((event) => "statusUpdate" in event && isTerminal(event.statusUpdate.status.state));
      if (end >= 0) assert.equal(end, events.length - 1);
      const count = (name: string): number => moments.filter((moment) => moment === name).length;
      assert.equal(count("submitted"), 1);
      assert.equal(count("ended"), isTerminal(life.task.status.state) ? 1 : 0);
      for (const once of ["accepted", "first-event", "first-artifact"]) assert.ok(count(once) <= 1, once);
    }),
    { seed: 20261125, numRuns: 500 },
  );
});

test("pieces of an artifact are joined where they append, and replace it where they do not", () => {
  const piece = (text: string, append: boolean): Happening => ({
    kind: "artifact",
    artifact: { artifactId: "a", parts: [{ text }] },
    append,
    lastChunk: false,
  });
  const texts = (happenings: readonly Happening[]) =>
    live(happenings).life.task.artifacts?.map(({ parts }) => parts.map((part) => part.text));
  assert.deepEqual(texts([piece("1", false), piece("2", true), piece("3", true)]), [["1", "2", "3"]]);
  assert.deepEqual(texts([piece("1", false), piece("2", true), piece("3", false)]), [["3"]]);
  assert.deepEqual(texts([piece("1", true)]), [["1"]], "appending to nothing begins it");
});

test("what the agent says when it asks or ends goes into the history, sentences about its progress do not", () => {
  const status = (state: (typeof taskStates)[number], text: string): Happening => ({
    kind: "status",
    state,
    message: said(text),
  });
  const { life } = live([
    status("TASK_STATE_WORKING", "looking"),
    status("TASK_STATE_INPUT_REQUIRED", "which one?"),
    { kind: "answer", message: { ...asked, parts: [{ text: "that one" }] } },
    status("TASK_STATE_COMPLETED", "here"),
  ]);
  assert.deepEqual(
    life.task.history?.map((message) => message.parts[0]?.text),
    ["go", "which one?", "that one", "here"],
  );
});
