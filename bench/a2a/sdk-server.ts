// The official SDK's own server with an agent that does what the hub's echo does, over its tasks in memory.
import type { AddressInfo } from "node:net";
import { AgentCard, Role, TaskState } from "@a2a-js/sdk";
import { AgentEvent, type AgentExecutor, DefaultRequestHandler, InMemoryTaskStore } from "@a2a-js/sdk/server";
import { jsonRpcHandler, restHandler, UserBuilder } from "@a2a-js/sdk/server/express";
import { answerContender } from "./contender.ts";

// The SDK's web framework comes with it; it is none of ours.
const framework = "express";
const { default: express } = await import(framework);

const card = AgentCard.fromJSON({
  name: "echo",
  description: "Says it back.",
  version: "1",
  supportedInterfaces: ["JSONRPC", "HTTP+JSON"].map((protocolBinding) => ({
    url: "http://127.0.0.1/",
    protocolBinding,
    protocolVersion: "1.0",
  })),
  capabilities: { streaming: true },
});
const bare = { metadata: undefined, filename: "", mediaType: "" };
const executor: AgentExecutor = {
  execute: async ({ taskId, contextId, userMessage }, bus) => {
    if (userMessage.metadata?.atOnce) {
      const { parts } = userMessage;
      bus.publish(AgentEvent.message({ ...userMessage, messageId: `re-${userMessage.messageId}`, role: Role.ROLE_AGENT, parts }));
      return bus.finished();
    }
    const said = userMessage.parts.map((part) => (part.content?.$case === "text" ? part.content.value : "")).join("\n");
    const status = (state: TaskState) => ({ state, message: undefined, timestamp: new Date().toISOString() });
    const update = (state: TaskState) =>
      bus.publish(AgentEvent.statusUpdate({ taskId, contextId, status: status(state), metadata: undefined }));
    const submitted = status(TaskState.TASK_STATE_SUBMITTED);
    bus.publish(
      AgentEvent.task({
        id: taskId,
        contextId,
        status: submitted,
        artifacts: [],
        history: [{ ...userMessage, role: Role.ROLE_USER }],
        metadata: undefined,
      }),
    );
    update(TaskState.TASK_STATE_WORKING);
    const parts = [{ ...bare, content: { $case: "text" as const, value: `you said: ${said}` } }];
    const artifact = { artifactId: "result", name: "result", description: "", parts, metadata: undefined, extensions: [] };
    bus.publish(AgentEvent.artifactUpdate({ taskId, contextId, artifact, append: false, lastChunk: true, metadata: undefined }));
    update(TaskState.TASK_STATE_COMPLETED);
    bus.finished();
  },
  cancelTask: async () => {},
};
const requestHandler = new DefaultRequestHandler(card, new InMemoryTaskStore(), executor);
const userBuilder = UserBuilder.noAuthentication;
const app = express();
app.use("/a2a/echo", jsonRpcHandler({ requestHandler, userBuilder }));
app.use("/rest", restHandler({ requestHandler, userBuilder }));
const server = app.listen(0, "127.0.0.1", () => {
  const { port }: AddressInfo = server.address();
  answerContender({ url: `http://127.0.0.1:${port}/`, headers: {} });
});
