import { z } from "zod";
import { channelAddress, withChannel } from "../dead-letters.ts";
import { defineHubTool } from "../hub-desk.ts";

export default defineHubTool({
  name: "pipe_list_dead_letters",
  description: "Lists the messages of a durable channel that no reader could handle, oldest first, each with the cause.",
  input: z.object({ channel: channelAddress, limit: z.int().min(1).max(1000).default(100) }),
  output: z.object({
    letters: z.array(
      z.object({
        sequence: z.int().describe("what pipe_replay_dead_letter takes"),
        id: z.string().nullable(),
        group: z.string().describe("whose readers could not handle it"),
        deliveries: z.int(),
        cause: z.object({ code: z.string(), message: z.string() }),
        body: z.json().describe("what was sent; bytes as { base64 }"),
      }),
    ),
    more: z.boolean(),
  }),
  hints: { readOnly: true },
  run: ({ channel: address, limit }) =>
    withChannel(address, async (channel) => {
      const letters = [];
      for await (const { sequence, id, group, deliveries, cause, body } of channel.deadLetters()) {
        if (letters.length === limit) return { letters, more: true };
        letters.push({ sequence, id: id ?? null, group, deliveries, cause, body: shown(body) });
      }
      return { letters, more: false };
    }),
});

function shown(body: unknown): z.infer<ReturnType<typeof z.json>> {
  return body instanceof Uint8Array ? { base64: Buffer.from(body).toString("base64") } : z.json().parse(body);
}
