import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const program = join(import.meta.dirname, "../../../quantum/test/leap/stand-in-server.ts");

/** What the stand-in has seen. */
export interface Seen {
  readonly log: readonly { readonly method: string; readonly path: string; readonly body: unknown; readonly headers: object }[];
  /** Jobs accepted. */
  readonly jobs: number;
  /** Labels accepted more than once. */
  readonly twice: readonly string[];
  /** QPU time charged, us. */
  readonly charged: number;
}

/** The stand-in for Leap as a process of its own, ended at the end. */
export class StandInLeap implements AsyncDisposable {
  readonly origin: string;
  readonly token: string;
  readonly endpoint: string;
  readonly #end: () => Promise<void>;

  private constructor(said: { origin: string; token: string; endpoint: string }, end: () => Promise<void>) {
    this.origin = said.origin;
    this.token = said.token;
    this.endpoint = said.endpoint;
    this.#end = end;
  }

  static async start(options: object = {}): Promise<StandInLeap> {
    const child = spawn(process.execPath, ["--conditions=entente", program, JSON.stringify({ runMs: 1, ...options })], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const closed = once(child, "close");
    const [line] = await once(createInterface(child.stdout), "line");
    return new StandInLeap(JSON.parse(line), async () => {
      child.stdin.end();
      await closed;
    });
  }

  /** The hub's settings to use it, and to find nothing else. */
  get settings(): Readonly<Record<string, string>> {
    const { host } = new URL(this.origin);
    return {
      "leap.token": this.token,
      "leap.endpoint": this.endpoint,
      "leap.configFile": "none",
      "net.allowPrivate": host,
    };
  }

  async control(what: "log" | "faults" | "clear", body: object = {}): Promise<Seen> {
    const response = await fetch(`${this.origin}/control/${what}`, { method: "POST", body: JSON.stringify(body) });
    return JSON.parse(await response.text());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#end();
  }
}
