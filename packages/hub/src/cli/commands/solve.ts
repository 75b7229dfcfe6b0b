import { type CommandMaker, printJson, withSession } from "../command.ts";
import { answered, solved } from "../solving/answer.ts";
import { LiveEnergy } from "../solving/live-energy.ts";
import { writeAnswer } from "../solving/output.ts";
import { questionFor, type SolveFlags } from "../solving/question.ts";
import { reportModel, reportProblem } from "../solving/report.ts";
import { say } from "../terminal.ts";

const solve: CommandMaker = (program, tools) => {
  program
    .command("solve")
    .description("Solve a QUBO, Ising, Max-Cut or constrained model, or a problem in its own terms, and show the energy fall.")
    .argument("<file>", "a .qubo, .q, .ising, .mc, .lp, .bqm or .cqm file, with --problem a JSON file; or - for stdin")
    .option("--format <name>", "qubo, q, ising, mc, lp, bqm or cqm; by default told by the file's name")
    .option("--problem <name>", "what the JSON file is the input of: knapsack, max-cut, job-shop, ...")
    .option("--solver <name>", "auto, or one of: entente call quantum_solvers", "auto")
    .option("--seconds <s>", "time to search; otherwise milliseconds for small models and 2 s for others")
    .option("--seed <n>", "the same seed and effort give the same answer", "1")
    .option("--reads <n>", "samples to draw; with --seconds, in each round")
    .option("--sweeps <n>", "length of each read")
    .option("--threads <n>", "threads that sample at once")
    .option("--target <energy>", "stop at this energy")
    .option("--samples <n>", "how many of the lowest samples to show")
    .option("--resolution <step>", "the step of real variables")
    .option("--output <file>", "write the best sample, a line a variable; the whole answer to a .json file")
    .action(async (file: string, flags: SolveFlags) => {
      const { tool, input, format } = await questionFor(file, flags);
      const live = tools.json() ? undefined : new LiveEnergy();
      const result = await withSession(tools, (session) =>
        session.call(tool, input, {
          signal: tools.signal,
          progress: ({ done, message, facts }) =>
            live?.show(done, typeof facts?.energy === "number" ? facts.energy : undefined, message ?? "", Date.now()),
        }),
      ).finally(() => live?.end());
      const found = flags.problem === undefined ? solved.parse(result) : undefined;
      if (flags.output !== undefined) writeAnswer(flags.output, result, found && { found, format });
      if (tools.json()) return printJson(result);
      if (found) reportModel(found, format);
      else reportProblem(answered.parse(result));
      if (flags.output !== undefined) say(`written  ${flags.output}`);
    });
};
export default solve;
