import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { type CommandMaker, printedCalls } from "../command.ts";
import { cliErrors } from "../errors.ts";
import { say, table } from "../terminal.ts";

const listed = z.object({
  secrets: z.array(z.object({ name: z.string(), version: z.number(), keyId: z.string(), putAt: z.number(), putBy: z.string() })),
});

const vault: CommandMaker = (program, tools) => {
  const call = printedCalls(tools);
  const command = program
    .command("vault")
    .description("List the secrets that the hub keeps, sealed, by name: tokens and keys of services outside.")
    .action(() =>
      call("vault_list_secrets", {}, (result) => {
        const rows = listed
          .parse(result)
          .secrets.map(({ name, version, keyId, putAt, putBy }) => [
            name,
            String(version),
            new Date(putAt).toISOString(),
            putBy,
            keyId,
          ]);
        if (rows.length === 0) return say("No secrets. Keep one with `entente vault put NAME`, as leap-token for D-Wave's Leap.");
        table(["secret", "version", "put (UTC)", "by", "sealed with"], rows);
      }),
    );
  command
    .command("put")
    .description("Keep a secret, in place of an earlier one. It is read from stdin, or asked for and not shown.")
    .argument("<name>", "such as leap-token: lower-case letters, digits, dots, dashes and underscores")
    .action(async (name: string) => {
      const secret = await readSecret(name, tools.signal);
      await call("vault_put_secret", { name, secret }, ({ version }) => say(`Kept ${name}, version ${version}.`));
    });
  command
    .command("forget")
    .description("Forget a secret.")
    .argument("<name>", "the secret")
    .action((name: string) =>
      call("vault_forget_secret", { name }, ({ forgotten }) =>
        say(forgotten ? `Forgot ${name}.` : `There was no secret ${name}.`),
      ),
    );
  command
    .command("rotate")
    .description("Change the vault's key; secrets stay usable all the while.")
    .action(() =>
      call("vault_rotate_key", {}, ({ keyId, secrets }) =>
        say(`The vault's key is ${keyId}; secrets that were sealed with another before: ${secrets}.`),
      ),
    );
};
export default vault;

// Not an argument: those stand in the shell's history and in every list of processes.
async function readSecret(name: string, signal: AbortSignal): Promise<string> {
  const given = process.stdin.isTTY ? await asked(`Secret for ${name} (not shown): `, signal) : await text(process.stdin);
  const secret = given.replace(/\r?\n$/, "");
  if (secret === "") throw cliErrors.ARGUMENT_INVALID({ argument: "stdin", wanted: "a secret", got: "nothing" });
  return secret;
}

async function asked(prompt: string, signal: AbortSignal): Promise<string> {
  process.stderr.write(prompt);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await lines.question("", { signal });
  } finally {
    lines.close();
    process.stderr.write("\n");
  }
}
