// A peer that speaks the wire by hand, as docs/reference/pipe.md tells it and without this package's code: for breaking the rules.
import { once } from "node:events";
import { createConnection, createServer, type Server, type Socket } from "node:net";

/** The numbers of the kinds that tests send by hand. */
export const raw = {
  hello: 1,
  call: 2,
  reply: 3,
  credit: 9,
  close: 10,
  open: 31,
  greet: 32,
  welcome: 33,
  refuse: 34,
  pong: 36,
} as const;

/** Parts of a header; what is left out is zero. */
export interface RawHeader {
  readonly kind: number;
  readonly flags?: number;
  readonly pipe?: number;
  readonly sequence?: number;
  readonly call?: number;
  readonly a?: number;
  readonly b?: number;
  readonly c?: number;
  readonly length?: number;
}

/** A frame. */
export function rawFrame(header: RawHeader, body: Uint8Array | string = ""): Buffer {
  const payload = Buffer.from(body);
  const head = Buffer.alloc(32);
  head.writeUInt32LE(header.length ?? payload.length, 0);
  head[4] = header.kind;
  head[5] = header.flags ?? 0;
  const fields = [header.pipe, header.sequence, header.call, header.a, header.b, header.c];
  for (const [i, field] of fields.entries()) head.writeUInt32LE(field ?? 0, 8 + 4 * i);
  return Buffer.concat([head, payload]);
}

/** What a greeting says when nothing is special about it. */
export const rawGreeting = { protocol: 1, maxFrameBytes: 4_194_304, codecs: ["records", "json"], resumable: false };

/** A frame that came. */
export interface RawFrame {
  readonly kind: number;
  readonly pipe: number;
  readonly call: number;
  readonly body: Buffer;
}

/** One end of a socket that is read frame by frame. */
export class RawPeer {
  readonly socket: Socket;
  readonly frames: RawFrame[] = [];
  #rest = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => {}); // a peer that is cut off is what these tests want
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
  }

  /** Connects to a listener's address. */
  static async dial(address: string): Promise<RawPeer> {
    const socket = createConnection(address.slice("unix:".length));
    await once(socket, "connect");
    return new RawPeer(socket);
  }

  send(header: RawHeader, body: Uint8Array | string = ""): void {
    this.socket.write(rawFrame(header, body));
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 32 && this.#rest.length >= 32 + this.#rest.readUInt32LE(0)) {
      const end = 32 + this.#rest.readUInt32LE(0);
      const frame = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end);
      this.frames.push({ kind: frame[4]!, pipe: frame.readUInt32LE(8), call: frame.readUInt32LE(16), body: frame.subarray(32) });
    }
  }
}

/** Listens on a path and gives each socket that comes. */
export async function rawListener(path: string, accept: (peer: RawPeer) => void): Promise<Server> {
  const server = createServer((socket) => accept(new RawPeer(socket)));
  server.listen(path);
  await once(server, "listening");
  return server;
}
