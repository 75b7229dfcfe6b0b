import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { type Config, loadConfig } from "../base/config.ts";
import { asEntenteError } from "../base/errors.ts";
import { loadFolder } from "../base/folder.ts";
import { version } from "../base/version.ts";
import type { CommandMaker, CommandTools } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";
import { clearBar, paint } from "./terminal.ts";

/** Builds the whole command line. */
export async function makeProgram(signal: AbortSignal): Promise<Command> {
  const program = new Command("entente")
    .description("A hub where AI agents negotiate work, optimise, and keep a language model learning from your files.")
    .version(version)
    .option("--data <folder>", "the data folder (the same as --set data.dir=FOLDER)")
    .option("--config <file>", "a JSON configuration file; entente.json is read when it is there")
    .option(
      "--set <key=value>",
      "set a configuration key (repeatable); `entente config` lists them",
      (pair: string, earlier: readonly string[]) => [...earlier, pair],
      [] as readonly string[],
    )
    .option("--json", "print the result as JSON")
    .showSuggestionAfterError()
    .enablePositionalOptions(false);
  let config: Config | undefined;
  const tools: CommandTools = {
    signal,
    json: () => program.opts<{ json?: boolean }>().json ?? false,
    config: () => {
      const { data, set = [], config: file } = program.opts<{ data?: string; set?: string[]; config?: string }>();
      const flags = set.map((pair): readonly [string, string] => {
        const at = pair.indexOf("=");
        return at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
      });
      config ??= loadConfig({
        file: file ?? process.env.ENTENTE_CONFIG,
        environment: process.env,
        flags: [...(data ? [["data.dir", data] as const] : []), ...flags],
      });
      return config;
    },
  };
  const makers = await loadFolder<CommandMaker>(join(import.meta.dirname, "commands"));
  for (const make of makers) make(program, tools);
  return program;
}

/** Runs a command line; the result is the exit code. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  let signals = 0;
  const onSignal = (name: NodeJS.Signals): void => {
    signals += 1;
    // A second Ctrl-C does not wait.
    if (signals > 1) process.exit(exitCodes.interrupted);
    interrupt.abort(new Error(`ended by ${name}`));
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  try {
    const program = await makeProgram(interrupt.signal);
    program.exitOverride();
    for (const command of program.commands) command.exitOverride();
    await program.parseAsync([...argv], { from: "user" });
    return Number(process.exitCode ?? exitCodes.ok);
  } catch (thrown) {
    clearBar();
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (interrupt.signal.aborted) return exitCodes.interrupted;
    const error = asEntenteError(thrown);
    process.stderr.write(`${paint("red", error.code, process.stderr)}: ${error.message}\n`);
    if (error.code === "INTERNAL" && error.cause instanceof Error) process.stderr.write(`${error.cause.stack ?? ""}\n`);
    return error.code.startsWith("CONFIG_") || error.code === "ARGUMENT_INVALID" ? exitCodes.usage : exitCodes.failed;
  }
}
