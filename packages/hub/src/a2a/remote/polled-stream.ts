/**
 * A stream for an agent that does not stream: the message is sent without waiting, and the task is asked for again until it
 * ends or asks something. What changed between two looks becomes the events that would have told of it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { isInterrupted, isTerminal, type SendMessageRequest, type StreamResponse, type Task } from "../protocol.ts";
import type { AgentService, Call } from "../service.ts";

type Pollable = Pick<AgentService, "sendMessage" | "getTask">;

const firstPauseMs = 100;
const longestPauseMs = 2000;

/** Sends a message and follows its task. */
export async function* sendAndPoll(remote: Pollable, params: SendMessageRequest, call: Call): AsyncGenerator<StreamResponse> {
  const answer = await remote.sendMessage(
    { ...params, configuration: { ...params.configuration, returnImmediately: true } },
    call,
  );
  yield answer;
  if ("task" in answer) yield* poll(remote, answer.task, call);
}

/** Follows a task from what is known of it. */
export async function* poll(remote: Pollable, known: Task, call: Call): AsyncGenerator<StreamResponse> {
  let task = known;
  for (let pauseMs = firstPauseMs; !isTerminal(task.status.state) && !isInterrupted(task.status.state); ) {
    await sleep(pauseMs, undefined, { signal: call.signal });
    const now = await remote.getTask({ id: task.id }, call);
    const events = [...changes(task, now)];
    yield* events;
    // A task at rest is asked for less and less often.
    pauseMs = events.length > 0 ? firstPauseMs : Math.min(longestPauseMs, pauseMs * 1.5);
    task = now;
  }
}

/** The events between two looks at a task: artifacts that are new or changed, and the status if it is another. */
export function* changes(before: Task, now: Task): Generator<StreamResponse> {
  const of = { taskId: now.id, contextId: now.contextId };
  const earlier = new Map((before.artifacts ?? []).map((artifact) => [artifact.artifactId, JSON.stringify(artifact)]));
  for (const artifact of now.artifacts ?? [])
    if (earlier.get(artifact.artifactId) !== JSON.stringify(artifact))
      yield { artifactUpdate: { ...of, artifact, append: false, lastChunk: isTerminal(now.status.state) } };
  if (JSON.stringify(before.status) !== JSON.stringify(now.status)) yield { statusUpdate: { ...of, status: now.status } };
}
