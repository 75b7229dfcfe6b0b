// The stand-in as a process of its own: `node stand-in-server.ts [JSON options]`. Prints one line of JSON, {endpoint, token}, when
// it listens; ends with its standard input. /control/log, /control/faults and /control/clear are for its user.
import { StandIn } from "./stand-in.ts";

const standIn = await StandIn.start(JSON.parse(process.argv[2] ?? "{}"));
console.log(JSON.stringify({ endpoint: standIn.endpoint, origin: standIn.origin, token: standIn.token }));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
