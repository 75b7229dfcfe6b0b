import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Whether tests that need a NATS server are skipped, as `test`'s option wants it; in CI a missing one is a failure. */
export const withoutNats = hasServer() || process.env.CI === "true" ? false : "needs nats-server, which is not installed";

/** A NATS server of the test's own, on a free loopback port, with its files in a folder of its own. */
export class NatsServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), "nats-"));
  #child: ChildProcess | undefined;

  constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<NatsServer> {
    const server = new NatsServer(await freePort());
    await server.restart();
    return server;
  }

  address(subject: string): string {
    return `nats://127.0.0.1:${this.port}/${subject}`;
  }

  /** Starts it again on the same port and files. */
  async restart(): Promise<void> {
    const args = ["-a", "127.0.0.1", "-p", String(this.port), "-js", "-sd", this.#folder];
    this.#child = spawn("nats-server", args, { stdio: "ignore" });
    for (;;) {
      const socket = createConnection(this.port, "127.0.0.1");
      const open = await Promise.race([once(socket, "connect").then(() => true), once(socket, "error").then(() => false)]).catch(
        () => false,
      );
      socket.destroy();
      if (open) return;
      if (this.#child.exitCode !== null) throw new Error(`nats-server ended with ${this.#child.exitCode}`);
      await sleep(20);
    }
  }

  /** Kills it as a crash would. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function hasServer(): boolean {
  try {
    execFileSync("nats-server", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false; // not on this machine
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("wanted a port");
  return address.port;
}
