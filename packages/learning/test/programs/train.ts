// Trains by the spec in the first argument and prints a line a report: a process for tests to kill.
import { ortExecutor } from "../../src/index.ts";

await ortExecutor.run(JSON.parse(process.argv[2] ?? ""), { progress: (report) => console.log(JSON.stringify(report)) });
