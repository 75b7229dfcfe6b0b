import { writeFileSync } from "node:fs";
import { bargain, roundsPlot, spacePlot, type TournamentRow, tournament, worthOf } from "@entente/negotiation";
import { type CommandMaker, printJson } from "../command.ts";
import { cliErrors, numberFrom } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { asData, number, type Played, percent, sayPlayed, told } from "../negotiation/report.ts";
import { type Chosen, chosenScenarios, namedStrategies, seated } from "../negotiation/scenario-choice.ts";
import { say, table } from "../terminal.ts";

interface Options {
  readonly strategies?: string;
  readonly rounds: string;
  readonly seed: string;
  readonly scenario?: string;
  readonly variant?: string;
  readonly svg?: string;
  readonly tournament?: boolean;
}

const mostRounds = 100_000;

const negotiate: CommandMaker = (program, tools) => {
  program
    .command("negotiate")
    .description(
      "Play a negotiation from a scenario file and show who offered what, who conceded when, and how good the agreement is. Needs no hub.",
    )
    .argument(
      "<files...>",
      "a scenario file (JSON with issues, profiles and variants), or a profile for each party (Genius XML, GeniusWeb JSON)",
    )
    .option("--strategies <names>", "one for all parties, or one for each, separated by commas (default: deadline-micro)")
    .option("--rounds <n>", "in how many rounds offers may be made", "100")
    .option("--seed <n>", "the same seed plays the same negotiation", "1")
    .option("--scenario <id>", "which scenario of the file; all by default")
    .option("--variant <name>", "which variant; all by default")
    .option("--svg <file>", "draw the utility space, and in FILE-rounds.svg the utilities over rounds")
    .option("--tournament", "play every strategy, or those of --strategies, against every other in both seats")
    .action((files: readonly string[], options: Options) => {
      const rounds = wholeFrom("--rounds", options.rounds, 1, mostRounds);
      const seed = wholeFrom("--seed", options.seed, 0, 2 ** 31);
      const chosen = chosenScenarios(files, options);
      if (options.tournament) return playTournament(chosen, options, rounds, seed);
      const strategies = namedStrategies(options.strategies ?? "deadline-micro");
      if (options.svg !== undefined && chosen.length > 1) throw severalScenarios(chosen);
      const played = chosen.map((one) => {
        const seats = seated(strategies, one.scenario.profiles.length);
        return told(one, { strategies: seats, rounds, seed, bargain: bargain(one.scenario, seats, { rounds, seed }) });
      });
      const [only] = played;
      if (options.svg !== undefined && only !== undefined) writePlots(options.svg, only);
      if (tools.json()) printJson(played.length === 1 && only !== undefined ? asData(only) : played.map(asData));
      else if (played.length === 1 && only !== undefined) sayPlayed(only, terminalColumns());
      else sayAll(played);
      if (!tools.json() && options.svg !== undefined) say(`drawn in ${options.svg} and ${roundsName(options.svg)}`);
      if (played.every(({ bargain: { result } }) => result.outcome === "no-deal")) process.exitCode = exitCodes.noDeal;
    });

  function playTournament(chosen: readonly Chosen[], options: Options, rounds: number, seed: number): void {
    if (options.svg !== undefined)
      throw cliErrors.ARGUMENT_INVALID({ argument: "--svg", wanted: "one negotiation to draw", got: "--tournament" });
    const { rows, seats } = tournament(
      chosen.map(({ scenario }) => scenario),
      namedStrategies(options.strategies),
      { rounds, seed },
    );
    if (tools.json()) printJson({ rounds, seed, scenarios: chosen.length, sessions: seats.length / 2, rows });
    else if (seats.length === 0) say("In no scenario is any outcome rational for both.");
    else sayTournament(rows);
    if (!tools.json() && seats.length > 0)
      say(`${seats.length / 2} negotiations of at most ${rounds} rounds; utilities with 95 % confidence intervals`);
  }
};
export default negotiate;

function sayAll(played: readonly Played[]): void {
  table(
    ["scenario", "result", "round", "utilities", "to Pareto", "to Nash"],
    played.map(({ chosen, rounds, bargain: { result }, survey, assessment }) => [
      chosen.scenario.name,
      result.outcome === "agreement" ? "agreed" : "no deal",
      String(Math.min(result.round + 1, rounds)),
      (result.agreed ? worthOf(survey, result.agreed) : survey.reservation).map(number).join(" "),
      assessment === undefined ? "" : number(assessment.pareto.distance),
      assessment?.nash === undefined ? "" : number(assessment.nash.distance),
    ]),
  );
}

function sayTournament(rows: readonly TournamentRow[]): void {
  table(
    ["strategy", "own utility", "", "other's", "agreed", "of its gain", "to Pareto", "to Nash", "rounds"],
    rows.map((row) => [
      row.strategy,
      number(row.utility.mean),
      `± ${number(row.utility.high - row.utility.mean)}`,
      number(row.opponentUtility.mean),
      percent(row.agreement),
      percent(row.advantage.mean),
      ...[row.paretoDistance, row.nashDistance].map(({ mean }) => (Number.isNaN(mean) ? "" : number(mean))),
      row.rounds.mean.toFixed(1),
    ]),
  );
}

function writePlots(file: string, { survey, bargain: played }: Played): void {
  try {
    writeFileSync(file, spacePlot(survey, played));
    writeFileSync(roundsName(file), roundsPlot(survey, played));
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw cliErrors.ARGUMENT_INVALID({ argument: "--svg", wanted: "a file to write", got: problem }, { cause });
  }
}

function roundsName(file: string): string {
  return `${file.replace(/\.svg$/i, "")}-rounds.svg`;
}

function wholeFrom(argument: string, raw: string, low: number, high: number): number {
  const value = numberFrom(argument, raw);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw cliErrors.ARGUMENT_INVALID({ argument, wanted: `a whole number from ${low} to ${high}`, got: raw });
}

function severalScenarios(chosen: readonly Chosen[]) {
  const names = chosen.slice(0, 8).map(({ scenario }) => JSON.stringify(scenario.name));
  return cliErrors.ARGUMENT_INVALID({
    argument: "--svg",
    wanted: "one scenario and variant, by --scenario and --variant",
    got: `${chosen.length}: ${names.join(", ")}${chosen.length > names.length ? ", …" : ""}`,
  });
}

// A pipe has no width, so nothing is drawn into it unless COLUMNS says how wide it is.
function terminalColumns(): number {
  return process.stdout.columns ?? Number(process.env.COLUMNS ?? 0);
}
