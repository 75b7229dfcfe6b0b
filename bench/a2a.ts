// What A2A costs here against the official SDK's own server: CPU of the server process per request over JSON-RPC and HTTP+JSON,
// in turns in one run, and round trips of the official client. The hub keeps each task on disk before it answers; the SDK's
// server keeps them in memory. Also how many durable tasks one core makes in a second.
import { AgentCard, Message } from "@a2a-js/sdk";
import { ClientFactory, JsonRpcTransportFactory } from "@a2a-js/sdk/client";
import { openHub } from "@entente/sdk";
import { Contender, shippedFlags } from "./a2a/contender.ts";
import { type Bench, type Row, row } from "./contract.ts";

let made = 0;
const message = () => ({
  messageId: `m-${++made}`,
  role: "ROLE_USER",
  parts: [{ text: "hello there, agent" }],
});

// One way to ask, as its path at each server and its body.
const workloads = [
  {
    name: "JSON-RPC SendMessage",
    hub: "/a2a/echo",
    sdk: "/a2a/echo",
    body: () => JSON.stringify({ jsonrpc: "2.0", id: made, method: "SendMessage", params: { message: message() } }),
  },
  {
    name: "HTTP+JSON message:send",
    hub: "/a2a/echo/message:send",
    sdk: "/rest/message:send",
    body: () => JSON.stringify({ message: message() }),
  },
];

const bench: Bench = async ({ quick }) => {
  await using hub = await Contender.start(new URL("./a2a/hub-server.ts", import.meta.url), [], shippedFlags());
  await using sdk = await Contender.start(new URL("./a2a/sdk-server.ts", import.meta.url));
  return [
    ...(await cpu(hub, sdk, quick ? 3 : 9, quick ? 1000 : 3000)),
    ...(await roundTrips(hub, sdk, quick ? 3 : 7, quick ? 300 : 1000)),
    ...(await messages(hub, sdk, quick ? 3 : 9, quick ? 500 : 2000)),
    ...(await durable(hub, quick ? 1 : 3)),
  ];
};
export default bench;

async function cpu(hub: Contender, sdk: Contender, rounds: number, count: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { name, body, ...paths } of workloads) {
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let round = -2; round < rounds; round++) {
      const us = await hub.cpuPerRequest(paths.hub, body, count);
      const them = await sdk.cpuPerRequest(paths.sdk, body, count);
      if (round < 0) continue;
      ours.push(us);
      theirs.push(them);
    }
    rows.push(
      row(`${name}, hub, CPU`, median(ours), "us"),
      row(`${name}, SDK's server, CPU`, median(theirs), "us"),
      row(`${name}, hub / SDK, CPU`, median(ours.map((value, at) => value / (theirs[at] ?? Number.NaN))), "x", "<=", 0.7),
    );
  }
  return rows;
}

function officialClient(contender: Contender) {
  const fetchImpl: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(contender.headers)) headers.set(name, value);
    return fetch(input, { ...init, headers });
  };
  const url = new URL("/a2a/echo", contender.url).href;
  const card = { name: "echo", supportedInterfaces: [{ url, protocolBinding: "JSONRPC", protocolVersion: "1.0" }] };
  const factory = new ClientFactory({ transports: [new JsonRpcTransportFactory({ fetchImpl })] });
  return factory.createFromAgentCard(AgentCard.fromJSON(card));
}

async function roundTrips(hub: Contender, sdk: Contender, rounds: number, count: number): Promise<readonly Row[]> {
  const clients = [await officialClient(hub), await officialClient(sdk)];
  const rates: number[][] = [[], []];
  for (let round = -1; round < rounds; round++)
    for (const [at, client] of clients.entries()) {
      let left = count;
      const lane = async (): Promise<void> => {
        while (left-- > 0)
          await client.sendMessage({
            tenant: "",
            message: Message.fromJSON(message()),
            configuration: undefined,
            metadata: undefined,
          });
      };
      const started = performance.now();
      await Promise.all(Array.from({ length: 10 }, lane));
      if (round >= 0) rates[at]?.push((count / (performance.now() - started)) * 1000);
    }
  return [
    row("official client, 10 in flight, hub", median(rates[0] ?? []), "tasks/s"),
    row("official client, 10 in flight, SDK's server", median(rates[1] ?? []), "tasks/s"),
  ];
}

// A message answered by a message, 10 in flight: the SDK's client and agent over JSON-RPC against ours over a pipe.
async function messages(hub: Contender, sdk: Contender, rounds: number, count: number): Promise<readonly Row[]> {
  await using ours = await openHub({ hub: hub.socket ?? "" });
  const theirs = await officialClient(sdk);
  const ask = {
    pipe: async () => {
      const answer = await ours.a2a("SendMessage", "parrot", { message: message() });
      if (typeof answer !== "object" || answer === null || !("message" in answer)) throw new Error("wanted a message");
    },
    sdk: async () => {
      const { metadata: _, ...rest } = Message.fromJSON(message());
      const answer = await theirs.sendMessage({
        tenant: "",
        message: { ...rest, metadata: { atOnce: true } },
        configuration: undefined,
        metadata: undefined,
      });
      if (!("messageId" in answer)) throw new Error("wanted a message");
    },
  };
  const rates = { pipe: [] as number[], sdk: [] as number[] };
  const names = ["pipe", "sdk"] as const;
  for (let round = -2; round < rounds; round++)
    for (const name of names) {
      const calls = name === "pipe" ? count * 10 : count;
      let left = calls;
      const lane = async (): Promise<void> => {
        while (left-- > 0) await ask[name]();
      };
      const started = performance.now();
      await Promise.all(Array.from({ length: 10 }, lane));
      if (round >= 0) rates[name].push((calls / (performance.now() - started)) * 1000);
    }
  return [
    row("message over a pipe, 10 in flight", median(rates.pipe), "messages/s"),
    row("message, SDK's client and server over JSON-RPC, 10 in flight", median(rates.sdk), "messages/s"),
    row(
      "message over a pipe / SDK over JSON-RPC",
      median(rates.pipe.map((rate, at) => rate / (rates.sdk[at] ?? Number.NaN))),
      "x",
      ">=",
      10,
    ),
  ];
}

async function durable(hub: Contender, rounds: number): Promise<readonly Row[]> {
  const created: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < rounds; round++) {
    created.push(await hub.ask("created"));
    whole.push(await hub.ask("whole"));
  }
  return [
    row("durable tasks created, SQLite, 512 in flight", median(created), "tasks/s", ">=", 5000),
    row("durable tasks from message to result, SQLite, 512 in flight", median(whole), "tasks/s"),
  ];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
