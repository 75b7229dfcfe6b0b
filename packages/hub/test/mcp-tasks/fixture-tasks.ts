/** Tasks in memory, and the tools that the tasks scenarios of @modelcontextprotocol/conformance call, written from their descriptions. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { baseErrors } from "../../src/base/errors.ts";
import { newId } from "../../src/base/ids.ts";
import { Listeners } from "../../src/base/listeners.ts";
import type { Task, TaskOffer, TaskQuestion, TaskSource, TaskState } from "../../src/base/task.ts";
import { InputNeeded, type Principal, type Tool, type ToolContext } from "../../src/base/tool.ts";

type Answers = Readonly<Record<string, unknown>>;

/** What a task's work may do meanwhile. */
interface Working {
  readonly signal: AbortSignal;
  readonly ask: (questions: Readonly<Record<string, TaskQuestion>>) => Promise<Answers>;
}

interface Kept {
  readonly owner: string;
  readonly stop: AbortController;
  readonly answers: Record<string, unknown>;
  answered: () => void;
  task: Task;
}

/** Keeps tasks, each its owner's alone. */
export class FixtureTasks {
  /** How many wait for a change of a task. */
  followers = 0;
  readonly #kept = new Map<string, Kept>();
  readonly #changes = new Listeners<string>((error) => {
    throw error;
  });

  /** Begins a task; gives its id. */
  begin({ id: owner }: Principal, work: (working: Working) => Promise<TaskState>): string {
    const now = Date.now();
    const id = newId("fixture", now);
    const kept: Kept = {
      owner,
      stop: new AbortController(),
      answers: {},
      answered: () => {},
      task: { id, message: "at work", createdAt: now, updatedAt: now, status: "working" },
    };
    this.#kept.set(id, kept);
    const ask = async (questions: Readonly<Record<string, TaskQuestion>>): Promise<Answers> => {
      const { promise, resolve } = Promise.withResolvers<void>();
      kept.answered = resolve;
      this.#set(kept, { status: "asking", questions });
      await promise;
      this.#set(kept, { status: "working" });
      return kept.answers;
    };
    void work({ signal: kept.stop.signal, ask })
      .catch((error: unknown): TaskState => ({ status: "broken", problem: String(error) }))
      .then((state) => {
        if (kept.task.status !== "cancelled") this.#set(kept, state);
      });
    return id;
  }

  /** The tasks as the hub reads them. */
  get source(): TaskSource {
    return {
      prefix: "fixture",
      read: async (id, principal) => this.#of(id, principal).task,
      list: async ({ id: owner }, before, limit) =>
        [...this.#kept.values()]
          .filter((kept) => kept.owner === owner && (before === undefined || kept.task.id < before))
          .map(({ task }) => task)
          .sort((a, b) => (a.id < b.id ? 1 : -1))
          .slice(0, limit),
      cancel: async (id, principal) => {
        const kept = this.#of(id, principal);
        if (kept.task.status !== "working" && kept.task.status !== "asking") return;
        kept.stop.abort(new Error("cancelled"));
        this.#set(kept, { status: "cancelled" });
      },
      changed: async (id, ms, signal) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        const stop = this.#changes.add((changed) => {
          if (changed === id) resolve();
        });
        this.followers += 1;
        try {
          await Promise.race([promise, sleep(ms, undefined, { signal })]);
        } finally {
          this.followers -= 1;
          stop();
        }
      },
      answer: async (id, answers, principal) => {
        const kept = this.#of(id, principal);
        if (kept.task.status !== "asking") return;
        const { questions } = kept.task;
        for (const [name, answer] of Object.entries(answers)) if (name in questions) kept.answers[name] = answer;
        const open = Object.entries(questions).filter(([name]) => !(name in kept.answers));
        if (open.length === 0) kept.answered();
        else this.#set(kept, { status: "asking", questions: Object.fromEntries(open) });
      },
    };
  }

  #of(id: string, principal: Principal): Kept {
    const kept = this.#kept.get(id);
    if (!kept || kept.owner !== principal.id) throw baseErrors.NOT_FOUND({ what: "task", id });
    return kept;
  }

  #set(kept: Kept, state: TaskState): void {
    const { id, createdAt } = kept.task;
    kept.task = { id, createdAt, updatedAt: Date.now(), message: state.status, ...state };
    this.#changes.tell(id);
  }
}

const yesOrNo = (text: string): TaskQuestion => ({
  text,
  form: { type: "object", properties: { confirm: { type: "boolean" } }, required: ["confirm"] },
});

/** What the fixture's greeting tool gives. */
export const greetingOutput = z.object({ greeting: z.string() });

/** The tools that the scenarios call. */
export function fixtureTools(tasks: FixtureTasks): readonly Tool[] {
  const { source } = tasks;
  const task: TaskOffer = { source, idIn: ({ task: id }) => String(id) };
  const output = z.object({ task: z.string() });
  const hints = {};
  // Like a tool of the hub, without the rule for names that the hub's own tools follow.
  const tool = <I extends z.ZodObject>(
    name: string,
    input: I,
    offer: TaskOffer,
    run: (input: z.output<I>, ctx: ToolContext) => Promise<{ task: string }>,
  ): Tool => {
    const erased = run as unknown as Tool["run"]; // why: the catalogue parses input with this tool's own schema first
    return { name, description: "A tool for tests.", input, output, hints, task: offer, run: erased };
  };
  const done = (text: string): TaskState => ({ status: "completed", output: async () => ({ task: text }) });
  return [
    {
      name: "greet",
      description: "Greets at once.",
      input: z.object({ name: z.string() }),
      output: greetingOutput,
      hints,
      run: async ({ name }) => ({ greeting: `Hello, ${name}!` }),
    },
    tool("slow_compute", z.object({ seconds: z.number(), label: z.string().default("") }), task, async ({ seconds }, ctx) => ({
      task: tasks.begin(ctx.principal, async ({ signal }) => {
        await sleep(seconds * 1000, undefined, { signal });
        return done(`slept ${seconds} s`);
      }),
    })),
    tool("failing_job", z.object({}), { ...task, required: true }, async (_, ctx) => ({
      task: tasks.begin(ctx.principal, async () => {
        await sleep(300);
        return { status: "failed", error: { code: "JOB_FAILED", message: "it fails" }, output: async () => ({ task: "none" }) };
      }),
    })),
    tool("protocol_error_job", z.object({}), task, async (_, ctx) => ({
      task: tasks.begin(ctx.principal, async () => {
        await sleep(100);
        throw new Error("it broke");
      }),
    })),
    tool("confirm_delete", z.object({ filename: z.string() }), task, async ({ filename }, ctx) => ({
      task: tasks.begin(ctx.principal, async ({ ask }) => {
        const answers = await ask({ confirm: yesOrNo(`delete ${filename}?`) });
        return done(`answered ${JSON.stringify(answers)}`);
      }),
    })),
    tool("multi_input", z.object({}), task, async (_, ctx) => ({
      task: tasks.begin(ctx.principal, async ({ ask }) => {
        const answers = await ask({ first: yesOrNo("the first?"), second: yesOrNo("the second?") });
        return done(`answered ${Object.keys(answers).sort().join(" and ")}`);
      }),
    })),
    tool("test_tool_with_task", z.object({}), { ...task, required: true }, async (_, ctx) => {
      const { answer } = ctx;
      if (!answer)
        throw new InputNeeded(
          "who are you?",
          { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
          null,
        );
      return { task: tasks.begin(ctx.principal, async () => done(`you are ${answer.content.name}`)) };
    }),
  ];
}
