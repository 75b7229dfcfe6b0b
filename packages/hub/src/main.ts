import { runProgram } from "./cli/program.ts";

process.exitCode = await runProgram(process.argv.slice(2));
// Idle sockets of HTTP clients must not hold the command open.
process.exit();
