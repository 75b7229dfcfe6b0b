// A hop between two sockets, in a process of its own: passed on by the header alone beside decoded, called on and encoded again. What counts
// is the time that process computes for a body of 100 KB there and back; beside it stands the whole of its CPU time, with the kernel's copies.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Endpoint, unixSocket } from "@entente/pipe";
import { type Row, row } from "../contract.ts";
import { echo, makeMessage } from "./echo.ts";
import { median, rate } from "./measure.ts";

const target = { interfaceId: echo.id, ordinal: echo.methods.echo.ordinal, kind: "call", label: "echo" } as const;

/** The rows of the relay. */
export async function overHops(rounds: number): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const children: ChildProcess[] = [];
  const spawn = async (file: string, ...args: string[]) => {
    const child = fork(join(import.meta.dirname, file), args, { execArgv: ["--conditions=entente"] });
    children.push(child);
    await once(child, "message");
    return child;
  };
  try {
    const address = (name: string) => `unix:${join(folder, name)}`;
    await spawn("unix-server.ts", address("end"));
    const hops: { readonly child: ChildProcess; readonly endpoint: Endpoint }[] = [];
    for (const how of ["forward", "relay"]) {
      const child = await spawn("relay-server.ts", how, address(how), address("end"));
      hops.push({ child, endpoint: await unixSocket.dial(address(how)) });
    }
    const body = Array.from({ length: 100 }, (_, i) => ({ ...makeMessage(), messageId: `message ${i}` }));
    const [user, total]: [number[][], number[][]] = [
      [[], []],
      [[], []],
    ];
    for (let round = -2; round < rounds; round++)
      for (const [i, { child, endpoint }] of hops.entries()) {
        const before = await cpuOf(child);
        await rate(() => endpoint.request(target, body), 8, 300);
        const after = await cpuOf(child);
        if (round < 0) continue;
        user[i]!.push((after.user - before.user) / 300);
        total[i]!.push((after.user + after.system - before.user - before.system) / 300);
      }
    for (const { endpoint } of hops) endpoint.close();
    const over = ([a, b]: number[][]) => median(a!.map((value, i) => value / b![i]!));
    return [
      row("decode and forward, 100 KB there and back", median(user[0]!), "us"),
      row("relay, 100 KB there and back", median(user[1]!), "us"),
      row("decode and forward / relay, computing", over(user), "x", ">=", 5),
      row("decode and forward / relay, with the kernel's copies", over(total), "x"),
    ];
  } finally {
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function cpuOf(child: ChildProcess): Promise<{ readonly user: number; readonly system: number }> {
  child.send("cpu");
  const [usage] = await once(child, "message");
  return usage;
}
