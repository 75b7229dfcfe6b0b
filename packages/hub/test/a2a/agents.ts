import { setTimeout as sleep } from "node:timers/promises";
import { type Agent, type AgentContext, agentErrors, defineAgent } from "../../src/base/agent.ts";

const skill = (id: string) => ({ id, name: id, description: `Does ${id}.` });

/** Waits until the task is stopped. */
export const untilStopped = ({ signal }: AgentContext): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

/** Says back what it is told. */
export const echo = defineAgent({
  profile: { name: "echo", description: "Says it back.", skills: [skill("echo")] },
  execute: async (task) => ({ text: `you said: ${task.text}`, ...(task.data === undefined ? {} : { data: task.data }), cost: 2 }),
});

/** Makes an artifact of as many pieces as it is told, a moment apart. */
export const teller = defineAgent({
  profile: { name: "teller", description: "Tells a story in pieces.", skills: [skill("tell")] },
  execute: async (task, ctx) => {
    const pieces = Number(task.text);
    for (let piece = 1; piece <= pieces; piece++) {
      ctx.artifact({ id: "story", name: "story", content: [{ text: `piece ${piece}` }], last: piece === pieces });
      await sleep(2);
    }
    return { text: `${pieces} pieces` };
  },
});

/** Asks two things before it answers. */
export const asker = defineAgent({
  profile: { name: "asker", description: "Asks first.", skills: [skill("ask")] },
  restart: "rerun",
  execute: async (task, ctx) => {
    const name = await ctx.ask("what is your name?");
    const size = await ctx.ask("which size?", { sizes: ["small", "large"] });
    return { text: `${task.text}: ${name.text}, ${JSON.stringify(size.data)}` };
  },
});

/** Works until it is stopped. */
export const sleeper = defineAgent({
  profile: { name: "sleeper", description: "Never ends by itself.", skills: [skill("sleep")] },
  execute: async (_task, ctx) => {
    ctx.status("asleep");
    return untilStopped(ctx);
  },
});

/** Turns everything down, or fails, as it is told. */
export const contrary = defineAgent({
  profile: { name: "contrary", description: "Does nothing well.", skills: [skill("refuse")] },
  execute: async (task) => {
    if (task.text === "fail") throw new Error("out of ink");
    throw agentErrors.TASK_REJECTED({ reason: "not on a Tuesday" });
  },
});

/** Wants an extension of its callers, and tells more to those with a token. */
export const guarded = defineAgent({
  profile: {
    name: "guarded",
    description: "Particular about its callers.",
    skills: [skill("guard")],
    inputModes: ["image/png"],
    extensions: [{ uri: "https://example.com/ext/manners/v1", description: "Manners", required: true }],
    extended: { description: "Particular, and has more to offer.", skills: [skill("secret")] },
  },
  execute: async (task) => ({ text: `${task.content.length} parts, ${task.references.map((one) => one.text).join(", ")}` }),
});

/** All of them. */
export const agents: readonly Agent[] = [echo, teller, asker, sleeper, contrary, guarded];
