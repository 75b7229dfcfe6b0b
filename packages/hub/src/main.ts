// Compiled code and stripped types are kept between starts: a command then starts in 0.20 s instead of 0.31 s and takes 132 MB
// instead of 142 MB at its peak (`entente config`, measured on two cores).
import { enableCompileCache } from "node:module";

enableCompileCache();
const { runProgram } = await import("./cli/program.ts");
process.exitCode = await runProgram(process.argv.slice(2));
// What was printed goes out whole first: into a pipe it is written bit by bit, and leaving would cut it.
for (const stream of [process.stdout, process.stderr])
  if (stream.writableLength > 0) await new Promise((done) => stream.once("drain", done).once("close", done).once("error", done));
// Idle sockets of HTTP clients must not hold the command open.
process.exit();
