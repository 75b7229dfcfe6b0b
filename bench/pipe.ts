// What a pipe costs over the floor of its binding: in one thread over a direct async call, between threads over a bare MessagePort. All
// contenders take turns in the same run. In one thread figures are medians of the rounds' ratios; between threads, where one wake-up on a
// busy machine costs more than the call, a figure is the best of its rounds and a ratio is one of bests, as between processes.
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { overPort, pipe, type Remote, receive, remote, transfer } from "@entente/pipe";
import { type Bench, type Row, row } from "./contract.ts";
import { echo, type Message, makeMessage } from "./pipe/echo.ts";
import { median } from "./pipe/measure.ts";
import { overNats } from "./pipe/over-nats.ts";
import { overHops } from "./pipe/relay.ts";
import { betweenProcesses } from "./pipe/sockets.ts";

type Call = (body: Message) => Promise<unknown>;

const bench: Bench = async ({ quick, options }) => {
  const parts = {
    process: () => inProcess(quick ? 5 : 21),
    threads: () => betweenThreads(quick ? 8 : 40),
    sockets: () => betweenProcesses(quick ? 3 : 20),
    relay: () => overHops(quick ? 3 : 9),
    nats: () => overNats(quick ? 5 : 11),
  };
  const rows: Row[] = [];
  for (const [name, part] of Object.entries(parts))
    if (options.only === undefined || options.only === name) rows.push(...(await part()));
  return rows;
};
export default bench;

async function inProcess(rounds: number): Promise<readonly Row[]> {
  const handler = async (message: Message) => message;
  const open = (validate: boolean) => {
    const [near, far] = pipe();
    receive(far, echo, { echo: handler, blob: async (blob) => blob }, { validate });
    return remote(near, echo, { validate }).echo;
  };
  const contenders = {
    direct: handler,
    trusted: open(false),
    validated: open(true),
    clones: async (message: Message) => structuredClone(await handler(structuredClone(message))),
  };
  const times = { direct: [] as number[], trusted: [] as number[], validated: [] as number[], clones: [] as number[] };
  const names = Object.keys(times) as (keyof typeof times)[]; // why: keys of the literal above
  for (let round = -2; round < rounds; round++)
    for (const name of names) {
      const ns = await serial(contenders[name], name === "clones" ? 2000 : 20_000);
      if (round >= 0) times[name].push(ns);
    }
  const over = (a: number[], b: number[]) => median(a.map((value, i) => value / b[i]!));
  return [
    row("direct async call", median(times.direct), "ns"),
    row("in-process call", median(times.trusted), "ns"),
    row("in-process call / direct", over(times.trusted, times.direct), "x", "<=", 5),
    row("in-process call, validated / direct", over(times.validated, times.direct), "x", "<=", 30),
    row("in-process call / structuredClone twice", over(times.trusted, times.clones), "x", "<=", 1),
    row("in-process call, validated / structuredClone twice", over(times.validated, times.clones), "x", "<=", 1),
  ];
}

async function serial(call: Call, count: number): Promise<number> {
  const body = makeMessage();
  const start = process.hrtime.bigint();
  for (let i = 0; i < count; i++) await call(body);
  return Number(process.hrtime.bigint() - start) / count;
}

async function betweenThreads(rounds: number): Promise<readonly Row[]> {
  const worker = new Worker(new URL("./pipe/echo-worker.ts", import.meta.url));
  const [raw, piped] = [new MessageChannel(), new MessageChannel()];
  worker.postMessage({ raw: raw.port2, piped: piped.port2 }, [raw.port2, piped.port2]);
  const bare = new BarePort(raw.port1);
  const endpoint = overPort(piped.port1);
  const client = remote(endpoint, echo, { validate: false });
  const p50: number[][] = [[], []];
  const rate: number[][] = [[], []];
  const blobs: number[][] = [[], []];
  const calls: readonly [Call, Remote<typeof echo.methods>["echo"]] = [(body) => bare.call(body), client.echo];
  for (let round = -2; round < rounds; round++)
    for (const [i, call] of calls.entries()) {
      const one = await latency(call, 500);
      const many = await pipelined(call, 64, 4000);
      const moved = await moving(
        i === 0 ? (blob) => bare.call(blob, [blob.buffer]) : (blob) => client.blob(transfer(blob, [blob.buffer])),
        300,
      );
      if (round < 0) continue;
      p50[i]!.push(one);
      rate[i]!.push(many);
      blobs[i]!.push(moved);
    }
  endpoint.close();
  bare.close();
  await worker.terminate();
  const [bareOne = Number.NaN, pipeOne = Number.NaN] = p50.map((times) => Math.min(...times));
  const [bareRate = Number.NaN, pipeRate = Number.NaN] = rate.map((rates) => Math.max(...rates));
  const [bareMove = Number.NaN, pipeMove = Number.NaN] = blobs.map((times) => Math.min(...times));
  return [
    row("bare MessagePort, 1 KB, p50", bareOne, "us"),
    row("pipe between threads, 1 KB, p50", pipeOne, "us"),
    row("pipe / bare, 1 KB, p50", pipeOne / bareOne, "x", "<=", 1),
    row("bare MessagePort, 1 KB, 64 in flight", bareRate, "calls/s"),
    row("pipe between threads, 1 KB, 64 in flight", pipeRate, "calls/s"),
    row("pipe / bare, 1 KB, 64 in flight", pipeRate / bareRate, "x", ">=", 1.5),
    row("bare MessagePort, 64 KB transferred, p50", bareMove, "us"),
    row("pipe / bare, 64 KB transferred, p50", pipeMove / bareMove, "x", "<=", 1.11),
  ];
}

/** The floor: request and reply over a port with nothing but an id. */
class BarePort {
  readonly #port: MessagePort;
  readonly #pending = new Map<number, (body: unknown) => void>();
  #next = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on("message", ({ id, body }: { id: number; body: unknown }) => {
      this.#pending.get(id)?.(body);
      this.#pending.delete(id);
    });
  }

  call(body: unknown, transferList: ArrayBuffer[] = []): Promise<unknown> {
    const id = ++this.#next;
    return new Promise((resolve) => {
      this.#pending.set(id, resolve);
      this.#port.postMessage({ id, body }, transferList);
    });
  }

  close(): void {
    this.#port.close();
  }
}

async function latency(call: Call, count: number): Promise<number> {
  const body = makeMessage();
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await call(body);
    times.push((performance.now() - start) * 1000);
  }
  return median(times);
}

async function pipelined(call: Call, inFlight: number, count: number): Promise<number> {
  const body = makeMessage();
  let left = count;
  const start = performance.now();
  const lane = async () => {
    while (left-- > 0) await call(body);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return (count / (performance.now() - start)) * 1000;
}

async function moving(call: (blob: Uint8Array<ArrayBuffer>) => Promise<unknown>, count: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const blob = new Uint8Array(65_536);
    const start = performance.now();
    await call(blob);
    times.push((performance.now() - start) * 1000);
  }
  return median(times);
}
