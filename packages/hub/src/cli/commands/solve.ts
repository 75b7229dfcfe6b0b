import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { type CommandMaker, printJson, withSession } from "../command.ts";
import { cliErrors, numberFrom } from "../errors.ts";
import { clearBar, duration, paint, say, showBar } from "../terminal.ts";

const solved = z.object({
  energy: z.number(),
  objective: z.number().nullable(),
  variables: z.number(),
  couplings: z.number(),
  bits: z.string(),
  provenance: z.object({ solver: z.string(), why: z.string(), reads: z.number(), timeMs: z.number() }),
});

const formatOf: Readonly<Record<string, string>> = { ".qubo": "qubo", ".q": "q", ".mc": "mc", ".ising": "ising" };
const shownBits = 200;

const solve: CommandMaker = (program, tools) => {
  program
    .command("solve")
    .description("Solve a QUBO, Ising or Max-Cut file with an annealer or one of its classical twins.")
    .argument("<file>", "a .qubo, .q, .ising or .mc file, or - for stdin")
    .option("--format <name>", "qubo, q, ising or mc; by default told by the file's name")
    .option("--solver <name>", "auto, exact, simulated-annealing, tabu, steepest-descent", "auto")
    .option("--seconds <s>", "time to search", "2")
    .option("--seed <n>", "the same seed and sampler give the same reads", "1")
    .action(async (file: string, options: { format?: string; solver: string; seconds: string; seed: string }) => {
      const format = options.format ?? formatOf[extname(file)];
      if (format === undefined)
        throw cliErrors.ARGUMENT_INVALID({
          argument: "--format",
          wanted: "qubo, q, ising or mc, since the file's name does not tell",
          got: JSON.stringify(file),
        });
      const content = file === "-" ? await text(process.stdin) : readFile(file);
      const started = Date.now();
      const input = {
        text: content,
        format,
        solver: options.solver,
        seconds: numberFrom("--seconds", options.seconds),
        seed: numberFrom("--seed", options.seed),
      };
      const result = await withSession(tools, (session) =>
        session.call("quantum_solve", input, {
          signal: tools.signal,
          progress: ({ done, message }) => showBar(message ?? "", done, 1, started, Date.now()),
        }),
      );
      clearBar();
      if (tools.json()) return printJson(result);
      const { energy, objective, variables, couplings, bits, provenance } = solved.parse(result);
      if (objective !== null) say(`value    ${paint("bold", String(objective))}   (maximised; energy ${energy})`);
      else say(`energy   ${paint("bold", String(energy))}   (minimised)`);
      say(`sample   ${bits.slice(0, shownBits)}${bits.length > shownBits ? "…" : ""}`);
      say(`model    ${variables} variables, ${couplings} couplings`);
      say(
        `solver   ${provenance.solver} (classical): ${provenance.why}; ${provenance.reads} reads in ${duration(provenance.timeMs)}`,
      );
    });
};
export default solve;

function readFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw cliErrors.ARGUMENT_INVALID({ argument: "<file>", wanted: "a file to read", got: problem }, { cause });
  }
}
