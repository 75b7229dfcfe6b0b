import assert from "node:assert/strict";
import { test } from "node:test";
import { type PlanShown, planSummary, planTree } from "../../src/cli/plans/tree.ts";
import { flowchart } from "../../src/negotiation/plans/flowchart.ts";

type Task = PlanShown["tasks"][number];
const task = (id: string, after: string[], more: Partial<Task> = {}): Task => ({
  id,
  skill: "work",
  after,
  standing: "pending",
  announced: 0,
  most: null,
  price: null,
  contractors: [],
  negotiation: null,
  agreements: [],
  reason: null,
  beganAt: null,
  endedAt: null,
  results: [],
  ...more,
});
const done = { standing: "done", contractors: ["ann"], price: 1, announced: 1, beganAt: 0, endedAt: 2000 } as const;
const shown: PlanShown = {
  plan: "plan_1",
  subject: "a plan",
  status: "running",
  why: null,
  openedBy: "operator",
  createdAt: 0,
  closedAt: null,
  deadlineAt: null,
  budget: 10,
  spent: 1,
  reserved: 4,
  done: 1,
  total: 6,
  events: 1,
  hash: "",
  tasks: [
    task("a", [], { ...done, contractors: ["ann"] }),
    task("b", ["a"], { standing: "running", announced: 2, beganAt: 3000 }),
    task("c", ["a"], { standing: "short", announced: 1 }),
    task("d", ["b", "c", "a"]),
    task("e", [], { standing: "failed", reason: "nobody could", announced: 2 }),
    task("f", ["e"], { standing: "skipped" }),
  ],
  mermaid: "",
};

test("each task hangs under the last of those it waits for and names the others", () => {
  assert.deepEqual(planTree(shown, 5000), [
    "├─ ✓ a        ann for 1 credit, 2 s",
    "│  ├─ ● b     work, 2 s, attempt 2",
    "│  └─ ○ c     waits for money",
    "│     └─ ○ d  work (also after b, a)",
    "└─ ✗ e        nobody could",
    "   └─ – f     not begun",
  ]);
});

test("the sentence under the tree says how far it is and what it cost", () => {
  assert.equal(planSummary(shown, 5000), "running: 1 of 6 tasks for 1 of 10 credits (4 more set aside) in 5 s");
  const ended = {
    ...shown,
    status: "failed",
    closedAt: 7000,
    reserved: 0,
    budget: null,
    why: '"e" failed: nobody could',
  } as const;
  assert.equal(planSummary(ended, 9000), 'failed: 1 of 6 tasks for 1 credit in 7 s\n"e" failed: nobody could');
});

test("what agents say cannot break the tree or steer the terminal", () => {
  const sly = task("a", [], { standing: "failed", reason: "no\n\u001b[2J\u202edone" });
  assert.deepEqual(planTree({ ...shown, tasks: [sly] }, 0), ["└─ ✗ a  no [2J done"]);
});

test("names in a flowchart cannot end their label or begin another", () => {
  const chart = flowchart([task("a", [], { ...done, contractors: ['x"]:::done\n  t9["</b>'] })]);
  const [, node] = chart.split("\n");
  assert.equal(node, '  t0["a<br/>done · x#34;#93;:::done#10;  t9#91;#34;#60;/b#62; · 1 cr"]:::done');
});

test("a plan of thousands of tasks in one chain is drawn without running out of stack", () => {
  const tasks = Array.from({ length: 3000 }, (_, at) => task(`t${at}`, at === 0 ? [] : [`t${at - 1}`]));
  assert.equal(planTree({ ...shown, tasks }, 0).length, 3000);
});
