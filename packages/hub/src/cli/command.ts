import type { Command } from "commander";
import type { Config } from "../base/config.ts";
import { openSession, type Session } from "./session.ts";

/** What every command is given. */
export interface CommandTools {
  /** The effective configuration, from file, environment and flags. */
  readonly config: () => Config;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Whether results are wanted as JSON. */
  readonly json: () => boolean;
}

/** A command: the default export of `commands/NAME.ts` adds itself to the program. */
export type CommandMaker = (program: Command, tools: CommandTools) => void;

/** Runs `work` with a session and closes it. */
export async function withSession<T>(tools: CommandTools, work: (session: Session) => Promise<T>): Promise<T> {
  await using session = await openSession(tools.config());
  return await work(session);
}

/** Makes a command's one way to call tools: it prints the result as JSON where that is wanted, else as the command does. */
export function printedCalls(tools: CommandTools) {
  return async (tool: string, input: object, print: (result: Record<string, unknown>) => void): Promise<void> => {
    const result = await withSession(tools, (session) => session.call(tool, input));
    if (tools.json()) printJson(result);
    else print(result);
  };
}

/** Prints one JSON value on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
