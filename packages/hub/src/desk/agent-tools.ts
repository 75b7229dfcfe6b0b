/**
 * Every agent as an MCP tool: `agent__NAME` sends it a message and follows the task to its end. Statuses are the call's
 * progress, cancelling the call cancels the task, and a question of the agent's (input-required) becomes an elicitation
 * where the caller's client can ask, else part of the result, to be answered with `taskId`. The task's id is A2A's own.
 */
import { z } from "zod";
import { dataOf, dataPart, textOf, textPart } from "../a2a/parts.ts";
import { type Artifact, isInterrupted, isTerminal, type Message, type StreamResponse, type Task } from "../a2a/protocol.ts";
import type { Member } from "../a2a/registry.ts";
import type { Call } from "../a2a/service.ts";
import { newId } from "../base/ids.ts";
import type { Json } from "../base/json.ts";
import { InputNeeded, type Tool, type ToolContext } from "../base/tool.ts";

const output = z.object({
  kind: z.enum(["message", "task"]),
  taskId: z.string().nullable().describe("the A2A task, to look it up, to go on with it or to answer its question"),
  contextId: z.string().nullable(),
  state: z.string().nullable().describe("TASK_STATE_… of A2A; null for an answer without a task"),
  text: z.string(),
  data: z.json().nullable(),
  question: z.string().nullable().describe("what the agent wants to know; answer by calling again with taskId"),
  artifacts: z.array(z.object({ id: z.string(), name: z.string().nullable(), text: z.string(), data: z.json().nullable() })),
});

const waitingState = z.object({ taskId: z.string(), contextId: z.string() });

/** The MCP tool name of an agent. */
export function agentToolName(agent: string): string {
  return `agent__${agent.replaceAll("-", "_")}`.slice(0, 64);
}

/** The MCP tool of an agent. */
export function agentTool(member: Pick<Member, "service"> & { readonly profile: Profile }): Tool {
  const { profile, service } = member;
  const [first, ...others] = profile.skills.map((skill) => skill.id);
  const input = z.object({
    message: z.string().describe("what the agent should do or know, in words"),
    data: z.json().optional().describe("the same for programs: JSON that the agent's skill expects"),
    ...(first
      ? {
          skill: z
            .enum([first, ...others])
            .optional()
            .describe("the skill that is meant"),
        }
      : {}),
    contextId: z.string().optional().describe("goes on with an earlier conversation"),
    taskId: z.string().optional().describe("answers the question of this task"),
  });
  return {
    name: agentToolName(profile.name),
    description: describe(profile),
    input,
    output,
    hints: {},
    run: async (raw, ctx) => {
      const given = input.parse(raw);
      const call: Call = { principal: ctx.principal, extensions: [], tenant: "", version: "1.0", signal: ctx.signal };
      const waiting = ctx.answer && waitingState.parse(ctx.answer.state);
      if (waiting && ctx.answer?.action !== "accept") return resultOf(await service.cancelTask({ id: waiting.taskId }, call));
      const answered = waiting ? textOfAnswer(ctx.answer?.content ?? {}) : undefined;
      const skill = "skill" in given && typeof given.skill === "string" ? given.skill : undefined;
      const taskId = waiting?.taskId ?? given.taskId;
      const contextId = waiting?.contextId ?? given.contextId;
      const message: Message = {
        messageId: newId("msg", ctx.clock.now()),
        role: "ROLE_USER",
        parts: [
          textPart(answered ?? given.message),
          ...(answered === undefined && given.data !== undefined ? [dataPart(given.data as Json)] : []), // why: z.json() is JSON
        ],
        ...(taskId ? { taskId } : {}),
        ...(contextId ? { contextId } : {}),
        ...(skill ? { metadata: { skill } } : {}),
      };
      const ended = await follow(service.sendStreamingMessage({ message }, call), ctx, (id) =>
        service.cancelTask({ id }, { ...call, signal: never }),
      );
      if ("parts" in ended)
        return { ...nothing, kind: "message" as const, text: textOf(ended.parts), data: plain(dataOf(ended.parts)) };
      const task = await service.getTask({ id: ended.taskId }, call);
      if (isInterrupted(task.status.state) && ctx.canAsk)
        throw new InputNeeded(questionOf(task), answerForm, { taskId: task.id, contextId: task.contextId });
      return resultOf(task);
    },
  };
}

interface Profile {
  readonly name: string;
  readonly description: string;
  readonly skills: readonly { readonly id: string; readonly name: string; readonly description: string }[];
}

const never = new AbortController().signal;
const nothing = { taskId: null, contextId: null, state: null, question: null, artifacts: [] };
const answerForm = {
  type: "object",
  properties: { answer: { type: "string", title: "Answer" } },
  required: ["answer"],
} as const;

// Follows the stream to its end; an abort of the call cancels the task, which then ends in its own order.
async function follow(
  stream: AsyncIterable<StreamResponse>,
  ctx: ToolContext,
  cancel: (task: string) => Promise<unknown>,
): Promise<{ readonly taskId: string } | { readonly parts: Message["parts"] }> {
  let taskId: string | undefined;
  let steps = 0;
  const stop = (): void => {
    if (taskId) void cancel(taskId).catch(() => {}); // It may have ended meanwhile.
  };
  ctx.signal.addEventListener("abort", stop);
  try {
    for await (const event of stream) {
      if ("message" in event) return { parts: event.message.parts };
      if ("task" in event) {
        taskId = event.task.id;
        if (ctx.signal.aborted) stop();
        ctx.progress({ done: 0, message: `task ${taskId}` });
        continue;
      }
      steps += 1;
      if ("artifactUpdate" in event)
        ctx.progress({ done: steps, message: `artifact ${event.artifactUpdate.artifact.name ?? ""}`.trim() });
      else {
        taskId ??= event.statusUpdate.taskId;
        const { state, message } = event.statusUpdate.status;
        ctx.progress({ done: steps, message: textOf(message?.parts ?? []) || state });
        if (isTerminal(state) || isInterrupted(state)) break;
      }
    }
  } finally {
    ctx.signal.removeEventListener("abort", stop);
    if (ctx.signal.aborted) stop();
  }
  ctx.signal.throwIfAborted();
  if (taskId === undefined) throw new Error("the agent's stream ended with neither a message nor a task");
  return { taskId };
}

function resultOf(task: Task): z.input<typeof output> {
  const artifacts = task.artifacts ?? [];
  const parts = artifacts.flatMap((artifact) => artifact.parts);
  const said = textOf(task.status.message?.parts ?? []);
  return {
    kind: "task",
    taskId: task.id,
    contextId: task.contextId,
    state: task.status.state,
    text: textOf(parts) || said,
    data: plain(dataOf(parts)),
    question: isInterrupted(task.status.state) ? questionOf(task) : null,
    artifacts: artifacts.map(listed),
  };
}

function listed(artifact: Artifact): z.input<typeof output>["artifacts"][number] {
  const { artifactId, name, parts } = artifact;
  return { id: artifactId, name: name ?? null, text: textOf(parts), data: plain(dataOf(parts)) };
}

function questionOf(task: Task): string {
  return textOf(task.status.message?.parts ?? []) || "The agent asks for more, without saying what.";
}

function textOfAnswer(content: { readonly [field: string]: Json | undefined }): string {
  return typeof content.answer === "string" ? content.answer : JSON.stringify(content);
}

// Undefined members are no JSON.
function plain(value: Json | undefined): z.infer<ReturnType<typeof z.json>> {
  return JSON.parse(JSON.stringify(value ?? null));
}

function describe({ name, description, skills }: Profile): string {
  const offered = skills.map((skill) => `${skill.id}: ${skill.description}`).join("; ");
  const text = `Sends a message to the agent ${name} and follows its task to the end. ${description} Skills: ${offered}.`;
  return text.length <= 700 ? text : `${text.slice(0, 699)}…`;
}
