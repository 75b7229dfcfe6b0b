// Between processes: ours over a Unix socket beside a C ping-pong (the floor), grpc-js unary over a Unix socket and JSON-RPC over HTTP/1.1,
// each with a server process of its own. All take turns in every round; a figure is the best of its rounds, a ratio is one of bests.
import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { remote, unixSocket } from "@entente/pipe";
import { Client, credentials } from "@grpc/grpc-js";
import { type Row, row } from "../contract.ts";
import { checkedEcho, echo, type Message, makeMessage } from "./echo.ts";
import { echoService } from "./grpc-echo.ts";
import { latency, rate } from "./measure.ts";

/** A way to echo bytes and messages, and how to leave it. */
interface Contender {
  readonly bytes: (body: Uint8Array) => Promise<unknown>;
  readonly message: (message: Message) => Promise<unknown>;
  readonly close: () => void;
}

const kilobyte = 1024;
const sizes = { "1 KB": kilobyte, "64 KB": 64 * kilobyte, "1 MB": 1024 * kilobyte } as const;

/** The rows of the Unix socket. */
export async function betweenProcesses(rounds: number): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const children: ChildProcess[] = [];
  try {
    const pingPong = compile(folder);
    const ours = await openPipe(folder, children);
    const grpc = await openGrpc(folder, children);
    const http = await openHttp(children);
    const bare = await openBare(folder, children);
    const best = new Map<string, number>();
    const keep = (name: string, value: number, better: (a: number, b: number) => number) =>
      best.set(name, better(best.get(name) ?? value, value));
    for (let round = -1; round < rounds; round++) {
      const low = (name: string, value: number) => round >= 0 && keep(name, value, Math.min);
      const high = (name: string, value: number) => round >= 0 && keep(name, value, Math.max);
      for (const [size, bytes] of Object.entries(sizes)) {
        const body = Buffer.alloc(bytes, 1);
        const own = new Uint8Array(body);
        const count = bytes > 100_000 ? 40 : bytes > 10_000 ? 200 : 500;
        // Short turns, several a round: a wake-up by a busy machine spoils a turn.
        for (let turn = 0; turn < 4; turn++) {
          if (pingPong !== undefined) low(`C ${size}`, pingPong(bytes, count));
          low(`pipe ${size}`, await latency(() => ours.bytes(own), count));
        }
        low(`grpc ${size}`, await latency(() => grpc.bytes(body), count / 2));
        if (bytes > 100_000) {
          high(`pipe rate ${size}`, await rate(() => ours.bytes(own), 8, 100));
          high(`grpc rate ${size}`, await rate(() => grpc.bytes(body), 8, 50));
        }
      }
      const body = Buffer.alloc(kilobyte, 1);
      const own = new Uint8Array(body);
      const message = makeMessage();
      const text = "x".repeat(kilobyte);
      for (let turn = 0; turn < 2; turn++) {
        low("bare", await latency(() => bare.bytes(own), 500));
        low("pipe message", await latency(() => ours.message(message), 500));
        low("http message", await latency(() => http.message(message), 150));
        low("pipe text", await latency(() => ours.text(text), 500));
        low("http text", await latency(() => http.text(text), 150));
      }
      high("pipe 64", await rate(() => ours.bytes(own), 64, 10_000));
      high("grpc 64", await rate(() => grpc.bytes(body), 64, 800));
      high("pipe message 64", await rate(() => ours.message(message), 64, 20_000));
      high("checked message 64", await rate(() => ours.checked(message), 64, 20_000));
      high("http message 64", await rate(() => http.message(message), 64, 1500));
      high("pipe text 64", await rate(() => ours.text(text), 64, 20_000));
      high("http text 64", await rate(() => http.text(text), 64, 3000));
    }
    for (const contender of [ours, grpc, http, bare]) contender.close();
    return rows(best);
  } finally {
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true, force: true });
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

function compile(folder: string): ((bytes: number, count: number) => number) | undefined {
  const program = join(folder, "ping-pong");
  try {
    execFileSync("cc", ["-O2", "-o", program, join(import.meta.dirname, "ping-pong.c")]);
  } catch {
    return undefined; // no compiler: the rows say so
  }
  return (bytes, count) =>
    Number(execFileSync(program, [`${bytes}`, `${count}`, join(folder, "c")], { encoding: "utf8" })) / 1000;
}

async function spawn(children: ChildProcess[], file: string, ...args: string[]): Promise<unknown> {
  const child = fork(join(import.meta.dirname, file), args, { execArgv: ["--conditions=entente"] });
  children.push(child);
  const [word] = await once(child, "message");
  return word;
}

async function openPipe(folder: string, children: ChildProcess[]) {
  const address = `unix:${join(folder, "pipe")}`;
  await spawn(children, "unix-server.ts", address);
  const endpoint = await unixSocket.dial(address);
  const client = remote(endpoint, echo, { validate: false });
  const untyped = { interfaceId: echo.id, ordinal: echo.methods.echo.ordinal, kind: "call", label: "echo" } as const;
  const checked = remote(endpoint, checkedEcho, { validate: true });
  return {
    bytes: (body: Uint8Array) => client.blob(body as Uint8Array<ArrayBuffer>), // why: made of an ArrayBuffer above
    message: (message: Message) => client.echo(message),
    text: (text: string) => endpoint.request(untyped, text),
    checked: (message: Message) => checked.echo(message),
    close: () => endpoint.close(),
  };
}

async function openGrpc(folder: string, children: ChildProcess[]): Promise<Contender> {
  const address = `unix:${join(folder, "grpc")}`;
  await spawn(children, "grpc-server.ts", address);
  const client = new Client(address, credentials.createInsecure(), {
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  const { path, requestSerialize, responseDeserialize } = echoService.echo;
  const bytes = (body: Uint8Array) =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        Buffer.from(body.buffer, body.byteOffset, body.length),
        (error, reply) => (error === null ? resolve(reply) : reject(error)),
      );
    });
  return { bytes, message: (message) => bytes(Buffer.from(JSON.stringify(message))), close: () => client.close() };
}

async function openBare(folder: string, children: ChildProcess[]): Promise<Contender> {
  const path = join(folder, "bare");
  await spawn(children, "bare-server.ts", path);
  const socket = createConnection(path);
  await once(socket, "connect");
  let [missing, settle] = [0, () => {}];
  socket.on("data", (chunk: Buffer) => {
    missing -= chunk.length;
    if (missing === 0) settle();
  });
  const bytes = (body: Uint8Array) =>
    new Promise<void>((resolve) => {
      [missing, settle] = [body.length, resolve];
      socket.write(body);
    });
  return { bytes, message: (message) => bytes(Buffer.from(JSON.stringify(message))), close: () => socket.destroy() };
}

async function openHttp(children: ChildProcess[]) {
  const port = Number(await spawn(children, "http-server.ts"));
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  let id = 0;
  const message = (params: unknown) => {
    id += 1;
    const body = JSON.stringify({ jsonrpc: "2.0", id, method: "echo", params });
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
      const sent = request({ agent, host: "127.0.0.1", port, method: "POST", headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve(JSON.parse(Buffer.concat(chunks).toString()).result));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  };
  return { message, text: (text: string) => message(text), close: () => agent.destroy() };
}
