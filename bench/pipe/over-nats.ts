// Over NATS: a call on a pipe beside a request of the bare client, through the same server, to the same process.
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { nats, remote } from "@entente/pipe";
import { connect } from "@nats-io/transport-node";
import { NatsServer, withoutNats } from "../../packages/pipe/test/nats-server.ts";
import { type Row, row } from "../contract.ts";
import { echo } from "./echo.ts";
import { latency, median, rate } from "./measure.ts";

/** The rows of NATS. */
export async function overNats(rounds: number): Promise<readonly Row[]> {
  if (withoutNats !== false) return [row(`NATS: skipped, ${withoutNats}`, 0, "")];
  await using server = await NatsServer.start();
  const address = `127.0.0.1:${server.port}`;
  const child = fork(join(import.meta.dirname, "nats-server.ts"), [address], { execArgv: ["--conditions=entente"] });
  try {
    await once(child, "message");
    const bare = await connect({ servers: address });
    const endpoint = await nats.dial(`nats://${address}/bench.pipe`);
    const client = remote(endpoint, echo, { validate: false });
    const body = new Uint8Array(1024).fill(1);
    const calls = [() => bare.request("bench.bare", body), () => client.blob(body)];
    const [p50, many]: [number[][], number[][]] = [
      [[], []],
      [[], []],
    ];
    for (let round = -2; round < rounds; round++)
      for (const [i, call] of calls.entries()) {
        const one = await latency(call, 400);
        const c64 = await rate(call, 64, 4000);
        if (round < 0) continue;
        p50[i]!.push(one);
        many[i]!.push(c64);
      }
    endpoint.close();
    await bare.close();
    const over = ([a, b]: number[][]) => median(b!.map((value, i) => value / a![i]!));
    return [
      row("bare NATS request, 1 KB, p50", median(p50[0]!), "us"),
      row("pipe over NATS, 1 KB, p50", median(p50[1]!), "us"),
      row("pipe over NATS / bare request, 1 KB, p50", over(p50), "x", "<=", 1.15),
      row("pipe over NATS / bare request, 1 KB, 64 in flight", over(many), "x", ">=", 0.9),
    ];
  } finally {
    child.kill();
  }
}
