/** `node fixture-server.ts`: serves the fixture tools until its stdin ends; the first line that it prints is its address. */
import { once } from "node:events";
import type { JSONRPCMessage, Server } from "@modelcontextprotocol/server";
import { FixtureTasks, fixtureTools, greetingOutput } from "./fixture-tasks.ts";
import { withTools } from "./serve-tools.ts";

// The scenarios want a greeting in plain text, where tools of the hub answer in JSON.
function plainly(message: JSONRPCMessage): JSONRPCMessage {
  if (!("result" in message)) return message;
  const greeting = greetingOutput.safeParse(message.result.structuredContent);
  if (!greeting.success) return message;
  return { ...message, result: { ...message.result, content: [{ type: "text", text: greeting.data.greeting }] } };
}

function adapt(server: Server): void {
  const connect = server.connect.bind(server);
  server.connect = (transport) => {
    const send = transport.send.bind(transport);
    transport.send = (message, options) => send(plainly(message), options);
    return connect(transport);
  };
}

await withTools(
  fixtureTools(new FixtureTasks()),
  async ({ urlFor }) => {
    console.log(String(urlFor("tester")));
    process.stdin.resume();
    await once(process.stdin, "end");
  },
  adapt,
);
