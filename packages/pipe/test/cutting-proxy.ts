import { once } from "node:events";
import { createConnection, createServer, type Server, type Socket } from "node:net";

/** Forwards a Unix socket to another and can cut what it forwards, after any byte, as a network would. */
export class CuttingProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #cutAfter = Number.POSITIVE_INFINITY;
  #open = true;
  cuts = 0;

  constructor(path: string, target: string) {
    this.#server = createServer((near) => {
      if (!this.#open) {
        near.destroy();
        return;
      }
      const pair = [near, createConnection(target)] as const;
      this.#pairs.add(pair);
      this.#forward(pair, 0);
      this.#forward(pair, 1);
    }).listen(path);
  }

  /** Starts to forward `path` to `target`. */
  static async start(path: string, target: string): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(path, target);
    await once(proxy.#server, "listening");
    return proxy;
  }

  /** Cuts when that many more bytes have passed, in whichever direction. */
  cutAfter(bytes: number): void {
    this.#cutAfter = bytes;
  }

  /** Cuts now. */
  cut(): void {
    this.cuts += 1;
    for (const [a, b] of this.#pairs) {
      a.destroy();
      b.destroy();
    }
    this.#pairs.clear();
  }

  /** Whether connections are forwarded at all. */
  set open(open: boolean) {
    this.#open = open;
    if (!open) this.cut();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
  }

  #forward(pair: readonly [Socket, Socket], from: 0 | 1): void {
    const [source, sink] = from === 0 ? pair : [pair[1], pair[0]];
    source.on("error", () => {});
    source.on("close", () => sink.destroy());
    source.on("data", (chunk: Buffer) => {
      if (chunk.length < this.#cutAfter) {
        this.#cutAfter -= chunk.length;
        sink.write(chunk);
        return;
      }
      sink.write(chunk.subarray(0, this.#cutAfter)); // half a frame may arrive
      this.#cutAfter = Number.POSITIVE_INFINITY;
      setImmediate(() => this.cut());
    });
  }
}
