import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";

/** What a server says when it listens. */
export interface Listening {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Address for pipes, where it takes any. */
  readonly socket?: string;
}

const fixed = { "content-type": "application/json", "a2a-version": "1.0" };

/** What `npm start` tells Node, for a hub that runs as users run it. */
export function shippedFlags(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const flags: readonly string[] = String(scripts.start).match(/--\S+/g) ?? [];
  return flags.filter((flag) => !["--conditions=entente", "--learn"].includes(flag));
}

/** A server in a process of its own, asked over HTTP by as many connections as are in flight. */
export class Contender implements AsyncDisposable {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly socket: string | undefined;
  readonly #child: ChildProcess;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  private constructor(child: ChildProcess, { url, headers, socket }: Listening) {
    this.#child = child;
    this.url = url;
    this.headers = headers;
    this.socket = socket;
  }

  /** Starts the program at `path` with these arguments, and Node with its own. */
  static async start(path: URL, args: readonly string[] = [], node: readonly string[] = []): Promise<Contender> {
    const child = fork(path, args, { execArgv: ["--conditions=entente", ...node] });
    const [said]: [Listening] = (await once(child, "message")) as [Listening]; // why: the first thing our servers say
    return new Contender(child, said);
  }

  /** Asks the program itself; its answer is a number. */
  async ask(question: string): Promise<number> {
    this.#child.send(question);
    const [answer] = await once(this.#child, "message");
    return Number(answer);
  }

  /** Sends one message; rejects unless the answer is a task that is done. */
  post(path: string, body: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const sent = request(
      new URL(path, this.url),
      {
        method: "POST",
        agent: this.#agent,
        headers: { ...this.headers, ...fixed, "content-length": Buffer.byteLength(body) },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => (text += chunk));
        response.on("end", () => (text.includes("TASK_STATE_COMPLETED") ? resolve(text) : reject(new Error(text))));
      },
    );
    sent.on("error", reject);
    sent.end(body);
    return promise;
  }

  /** CPU time that the server spends per request, us, over `count` requests, ten in flight. */
  async cpuPerRequest(path: string, body: () => string, count: number): Promise<number> {
    const before = await this.ask("cpu");
    let left = count;
    const lane = async (): Promise<void> => {
      while (left-- > 0) await this.post(path, body());
    };
    await Promise.all(Array.from({ length: 10 }, lane));
    return ((await this.ask("cpu")) - before) / count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    this.#child.disconnect();
    if (this.#child.exitCode === null) await once(this.#child, "exit");
  }
}

/** Answers the questions of a Contender; a server calls it when it listens. */
export function answerContender(listening: Listening, questions: Readonly<Record<string, () => Promise<number>>> = {}): void {
  process.on("message", (question) => {
    const { user, system } = process.cpuUsage();
    if (question === "cpu") process.send?.(user + system);
    else void questions[String(question)]?.().then((answer) => process.send?.(answer));
  });
  process.on("disconnect", () => process.exit());
  process.send?.(listening);
}
