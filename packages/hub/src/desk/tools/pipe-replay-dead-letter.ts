import { z } from "zod";
import { channelAddress, withChannel } from "../dead-letters.ts";
import { defineHubTool } from "../hub-desk.ts";

export default defineHubTool({
  name: "pipe_replay_dead_letter",
  description:
    "Puts a dead letter back into its durable channel, as a new message that every group gets, and forgets it among the dead.",
  input: z.object({ channel: channelAddress, sequence: z.int().min(1).describe("its number in pipe_list_dead_letters") }),
  output: z.object({ sequence: z.int().describe("its new number in the channel"), duplicate: z.boolean() }),
  hints: { destructive: true },
  run: ({ channel: address, sequence }) => withChannel(address, async (channel) => ({ ...(await channel.replay(sequence)) })),
});
