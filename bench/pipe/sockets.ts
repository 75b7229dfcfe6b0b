// Between processes: ours over a Unix socket beside a C ping-pong (the floor), grpc-js unary over a Unix socket and JSON-RPC over HTTP/1.1,
// each with a client and a server process of its own: what one stack leaves in a process (compiled code, shapes it has seen) is not to slow
// another. All take turns in every round, and every few rounds begin with fresh processes, since how V8 happens to compile one moves its figures
// by a tenth; a figure is the best of its turns, a ratio is one of bests.
import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Row, row } from "../contract.ts";
import type { Measurement } from "./socket-client.ts";

const roundsOfSet = 4;
// Before each turn: whoever had the last one still collects its garbage.
const settleMs = 20;
const kilobyte = 1024;
const sizes = { "1 KB": kilobyte, "64 KB": 64 * kilobyte, "1 MB": 1024 * kilobyte } as const;

/** The rows of the Unix socket. */
export async function betweenProcesses(rounds: number): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const best = new Map<string, number>();
  try {
    const pingPong = compile(folder);
    for (let done = 0; done < rounds; done += roundsOfSet)
      await playSet(folder, pingPong, Math.min(roundsOfSet, rounds - done), best);
    return rows(best);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// Some rounds with fresh processes; the first is not counted.
async function playSet(folder: string, pingPong: PingPong | undefined, rounds: number, best: Map<string, number>): Promise<void> {
  const children: ChildProcess[] = [];
  try {
    const pipe = await open(children, "pipe", "unix-server.ts", `unix:${join(folder, "pipe")}`);
    const grpc = await open(children, "grpc", "grpc-server.ts", `unix:${join(folder, "grpc")}`);
    const http = await open(children, "http", "http-server.ts", "");
    const bare = await open(children, "bare", "bare-server.ts", join(folder, "bare"));
    const keep = (name: string, value: number, better: (a: number, b: number) => number) =>
      best.set(name, better(best.get(name) ?? value, value));
    for (let round = -1; round < rounds; round++) {
      const low = (name: string, value: number) => round >= 0 && keep(name, value, Math.min);
      const high = (name: string, value: number) => round >= 0 && keep(name, value, Math.max);
      for (const [name, size] of Object.entries(sizes)) {
        const count = size > 100_000 ? 40 : size > 10_000 ? 200 : 500;
        // Short turns, several a round: a wake-up by a busy machine spoils a turn.
        for (let turn = 0; turn < 4; turn++) {
          if (pingPong !== undefined) low(`C ${name}`, pingPong(size, count));
          low(`pipe ${name}`, await pipe({ call: "bytes", size, count }));
        }
        low(`grpc ${name}`, await grpc({ call: "bytes", size, count: count / 2 }));
        if (size > 100_000) {
          high(`pipe rate ${name}`, await pipe({ call: "bytes", size, count: 60, inFlight: 8 }));
          high(`grpc rate ${name}`, await grpc({ call: "bytes", size, count: 30, inFlight: 8 }));
        }
      }
      const size = kilobyte;
      for (let turn = 0; turn < 4; turn++) {
        low("bare", await bare({ call: "bytes", size, count: 500 }));
        low("pipe message", await pipe({ call: "message", size, count: 500 }));
        low("http message", await http({ call: "message", size, count: 100 }));
        low("pipe text", await pipe({ call: "text", size, count: 500 }));
        low("http text", await http({ call: "text", size, count: 100 }));
      }
      high("pipe 64", await pipe({ call: "bytes", size, count: 10_000, inFlight: 64 }));
      high("grpc 64", await grpc({ call: "bytes", size, count: 800, inFlight: 64 }));
      high("pipe message 64", await pipe({ call: "message", size, count: 20_000, inFlight: 64 }));
      high("checked message 64", await pipe({ call: "checked", size, count: 20_000, inFlight: 64 }));
      high("http message 64", await http({ call: "message", size, count: 1000, inFlight: 64 }));
      high("pipe text 64", await pipe({ call: "text", size, count: 20_000, inFlight: 64 }));
      high("http text 64", await http({ call: "text", size, count: 1500, inFlight: 64 }));
    }
  } finally {
    for (const child of children) child.kill();
    for (const name of ["pipe", "grpc", "bare"]) rmSync(join(folder, name), { force: true });
  }
}

function rows(best: ReadonlyMap<string, number>): readonly Row[] {
  const of = (name: string) => best.get(name) ?? Number.NaN;
  const floor = best.has("C 1 KB")
    ? [
        row("C ping-pong, 1 KB, p50", of("C 1 KB"), "us"),
        row("pipe / C, 1 KB, p50", of("pipe 1 KB") / of("C 1 KB"), "x", "<=", 2.5),
        row("pipe / C, 64 KB, p50", of("pipe 64 KB") / of("C 64 KB"), "x"),
      ]
    : [row("C ping-pong: skipped, no C compiler here", 0, "")];
  return [
    row("bare Node socket, 1 KB, p50", of("bare"), "us"),
    row("pipe over a Unix socket, 1 KB, p50", of("pipe 1 KB"), "us"),
    row("pipe / bare Node socket, 1 KB, p50", of("pipe 1 KB") / of("bare"), "x"),
    row("grpc-js unary, 1 KB, p50", of("grpc 1 KB"), "us"),
    row("HTTP/1.1 JSON-RPC, 1 KB of text, p50", of("http text"), "us"),
    ...floor,
    row("grpc-js / pipe, 1 KB, p50", of("grpc 1 KB") / of("pipe 1 KB"), "x", ">=", 10),
    row("HTTP/1.1 / pipe, 1 KB of text, p50", of("http text") / of("pipe text"), "x", ">=", 5),
    row("HTTP/1.1 / pipe, 1 KB message of 14 fields, p50", of("http message") / of("pipe message"), "x"),
    row("pipe over a Unix socket, 1 KB, 64 in flight", of("pipe 64"), "calls/s"),
    row("pipe, 1 KB message in records, 64 in flight", of("pipe message 64"), "calls/s"),
    row("pipe / grpc-js, 1 KB, 64 in flight", of("pipe 64") / of("grpc 64"), "x", ">=", 25),
    row("pipe / HTTP/1.1, 1 KB of text, 64 in flight", of("pipe text 64") / of("http text 64"), "x", ">=", 10),
    row("pipe / HTTP/1.1, 1 KB message of 14 fields, 64 in flight", of("pipe message 64") / of("http message 64"), "x"),
    row("validation's cost, 64 in flight", (1 - of("checked message 64") / of("pipe message 64")) * 100, "%", "<=", 25),
    row("grpc-js / pipe, 64 KB, p50", of("grpc 64 KB") / of("pipe 64 KB"), "x", ">=", 8),
    row("pipe over a Unix socket, 1 MB, 8 in flight", of("pipe rate 1 MB"), "MB/s"),
    row("pipe / grpc-js, 1 MB, 8 in flight", of("pipe rate 1 MB") / of("grpc rate 1 MB"), "x", ">=", 4),
  ];
}

type PingPong = (bytes: number, count: number) => number;

function compile(folder: string): PingPong | undefined {
  const program = join(folder, "ping-pong");
  try {
    execFileSync("cc", ["-O2", "-o", program, join(import.meta.dirname, "ping-pong.c")]);
  } catch {
    return undefined; // no compiler: the rows say so
  }
  return (bytes, count) =>
    Number(execFileSync(program, [`${bytes}`, `${count}`, join(folder, "c")], { encoding: "utf8" })) / 1000;
}

// A server and its client; the answer measures.
async function open(children: ChildProcess[], name: string, server: string, where: string) {
  const [, word] = await spawn(children, server, where);
  const [client] = await spawn(children, "socket-client.ts", name, typeof word === "number" ? `${word}` : where);
  return async (measurement: Measurement): Promise<number> => {
    await setTimeout(settleMs);
    client.send(measurement);
    const [value] = await once(client, "message");
    return Number(value);
  };
}

async function spawn(children: ChildProcess[], file: string, ...args: string[]): Promise<readonly [ChildProcess, unknown]> {
  const child = fork(join(import.meta.dirname, file), args, { execArgv: ["--conditions=entente"] });
  children.push(child);
  const [word] = await once(child, "message");
  return [child, word];
}
