import { z } from "zod";
import { type CommandMaker, printedCalls } from "../command.ts";
import { say, table } from "../terminal.ts";

const listed = z.object({
  letters: z.array(
    z.object({
      sequence: z.number(),
      id: z.string().nullable(),
      group: z.string(),
      deliveries: z.number(),
      cause: z.object({ code: z.string(), message: z.string() }),
    }),
  ),
  more: z.boolean(),
});

const deadLetters: CommandMaker = (program, tools) => {
  const call = printedCalls(tools);
  const command = program
    .command("dead-letters")
    .description("What the readers of a durable channel (NATS JetStream) could not handle, and handing it out again.");
  command
    .command("list")
    .description("List the dead letters, oldest first, each with the cause.")
    .argument("<channel>", "nats://HOST:PORT/CHANNEL")
    .action((channel: string) =>
      call("pipe_list_dead_letters", { channel }, (result) => {
        const { letters, more } = listed.parse(result);
        if (letters.length === 0) return say("No dead letters.");
        table(
          ["number", "id", "group", "deliveries", "cause"],
          letters.map(({ sequence, id, group, deliveries, cause }) => [
            String(sequence),
            id ?? "–",
            group,
            String(deliveries),
            `${cause.code}: ${cause.message}`,
          ]),
        );
        if (more) say("There are more.");
      }),
    );
  command
    .command("replay")
    .description("Put one back into its channel, as a new message that every group gets.")
    .argument("<channel>", "nats://HOST:PORT/CHANNEL")
    .argument("<number>", "its number in the list")
    .action((channel: string, number: string) =>
      call("pipe_replay_dead_letter", { channel, sequence: Number(number) }, ({ sequence }) =>
        say(`Dead letter ${number} is message ${String(sequence)} of the channel now.`),
      ),
    );
};
export default deadLetters;
