import { z } from "zod";
import { type CommandMaker, printedCalls } from "../command.ts";
import { say, table } from "../terminal.ts";

const listed = z.object({
  principals: z.array(z.object({ name: z.string(), createdAt: z.number(), revokedAt: z.number().nullable() })),
});

const clients: CommandMaker = (program, tools) => {
  const call = printedCalls(tools);
  const command = program
    .command("clients")
    .description("List the clients that have tokens of their own: they reach the agents and see only their own tasks.")
    .action(() =>
      call("hub_list_principals", {}, (result) => {
        const rows = listed
          .parse(result)
          .principals.map(({ name, createdAt, revokedAt }) => [
            name,
            new Date(createdAt).toISOString(),
            revokedAt === null ? "good" : `revoked ${new Date(revokedAt).toISOString()}`,
          ]);
        if (rows.length === 0) return say("No clients. Give one a token with `entente clients add NAME`.");
        table(["client", "since (UTC)", "token"], rows);
      }),
    );
  command
    .command("add")
    .description("Give a client a token of its own and print it, this once.")
    .argument("<name>", "lower-case letters, digits and dashes")
    .action((name: string) => call("hub_add_principal", { name }, ({ token }) => say(String(token))));
  command
    .command("revoke")
    .description("End a client's token at once; its tasks stay.")
    .argument("<name>", "the client")
    .action((name: string) => call("hub_revoke_principal", { name }, () => say(`The token of ${name} is good no more.`)));
};
export default clients;
