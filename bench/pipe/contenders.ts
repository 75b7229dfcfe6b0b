// The ways to echo over a socket that are compared, each as its own client: ours, grpc-js unary, JSON-RPC over HTTP/1.1, and a bare socket.
import { once } from "node:events";
import { Agent, request } from "node:http";
import { createConnection } from "node:net";
import { remote, unixSocket } from "@entente/pipe";
import { Client, credentials } from "@grpc/grpc-js";
import { checkedEcho, echo, type Message } from "./echo.ts";
import { echoService } from "./grpc-echo.ts";

/** A way to echo bytes, messages and text. What it cannot do is not asked of it. */
export interface Contender {
  readonly bytes: (body: Uint8Array) => Promise<unknown>;
  readonly message: (message: Message) => Promise<unknown>;
  readonly text: (text: string) => Promise<unknown>;
  /** The message with its schema run at both ends. */
  readonly checked: (message: Message) => Promise<unknown>;
}

/** The contenders by name; `where` is what their server told: a path, or a port. */
export const contenders: Readonly<Record<string, (where: string) => Promise<Contender>>> = {
  pipe: openPipe,
  grpc: openGrpc,
  http: openHttp,
  bare: openBare,
};

const not = async (): Promise<never> => {
  throw new Error("not measured here");
};

async function openPipe(address: string): Promise<Contender> {
  const endpoint = await unixSocket.dial(address);
  const client = remote(endpoint, echo, { validate: false });
  const untyped = { interfaceId: echo.id, ordinal: echo.methods.echo.ordinal, kind: "call", label: "echo" } as const;
  const checked = remote(endpoint, checkedEcho, { validate: true });
  return {
    bytes: (body: Uint8Array) => client.blob(body as Uint8Array<ArrayBuffer>), // why: made of an ArrayBuffer above
    message: (message: Message) => client.echo(message),
    text: (text: string) => endpoint.request(untyped, text),
    checked: (message: Message) => checked.echo(message),
  };
}

async function openGrpc(address: string): Promise<Contender> {
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
  return { bytes, message: not, text: not, checked: not };
}

async function openBare(path: string): Promise<Contender> {
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
  return { bytes, message: not, text: not, checked: not };
}

async function openHttp(port: string): Promise<Contender> {
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
  return { bytes: not, message, text: message, checked: not };
}
