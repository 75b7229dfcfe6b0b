// The real minorminer in a Python process of its own, asked in turns with ours: CPU seconds of its call, and the qubits it used.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { SourceGraph } from "@entente/quantum";

const script = `
import json, sys, time
import minorminer
targets = []
for line in sys.stdin:
    job = json.loads(line)
    if "edges" in job:
        targets.append(job["edges"])
        print(json.dumps({}), flush=True)
        continue
    begin = time.process_time()
    found = minorminer.find_embedding(job["source"], targets[job["target"]], random_seed=job["seed"])
    seconds = time.process_time() - begin
    print(json.dumps({"seconds": seconds, "qubits": sum(map(len, found.values()))}), flush=True)
`;

/** What one call cost; no qubits where it found nothing. */
export interface PeerRun {
  readonly seconds: number;
  readonly qubits: number;
}

/** A running peer. */
export class Minorminer implements Disposable {
  readonly #child;
  readonly #lines: AsyncIterator<string>;
  #targets = 0;

  constructor(python: string) {
    this.#child = spawn(python, ["-c", script], { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Makes a graph known; gives its number. */
  async target(graph: Omit<SourceGraph, "size">): Promise<number> {
    await this.#ask({ edges: edgesOf(graph) });
    return this.#targets++;
  }

  async embed(source: SourceGraph, target: number, seed: number): Promise<PeerRun> {
    return (await this.#ask({ source: edgesOf(source), target, seed })) as PeerRun; // why: the script above answers in this form
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }

  async #ask(job: unknown): Promise<unknown> {
    this.#child.stdin.write(`${JSON.stringify(job)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the peer ended: wanted a python with minorminer in ENTENTE_OCEAN_PYTHON");
    return JSON.parse(value);
  }
}

function edgesOf({ rows, columns }: Omit<SourceGraph, "size">): number[][] {
  return Array.from(rows, (u, k) => [u, columns[k]!]);
}
