// Compiled code and stripped types are kept between starts: a command then starts in 0.20 s instead of 0.31 s and takes 132 MB
// instead of 142 MB at its peak (`entente config`, measured on two cores).
import { enableCompileCache } from "node:module";

enableCompileCache();
// A reader that has seen enough (`| head`) closes the pipe: that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
const { runProgram } = await import("./cli/program.ts");
process.exitCode = await runProgram(process.argv.slice(2));
// What was printed must be out first: the end of a process does not wait for a pipe that is full.
await new Promise<void>((done) => process.stdout.write("", () => done()));
// Idle sockets of HTTP clients must not hold the command open.
process.exit();
