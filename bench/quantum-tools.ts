// `npm run bench -- quantum-tools [--quick]`: small models through `quantum_solve`, from the official MCP client over HTTP and back: the time
// and whether the answer is as low as a search a hundred times longer finds. The hub runs in a process of its own, as `npm start` runs it; measure on a quiet machine.
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { bqmFromTerms, solve } from "@entente/quantum";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Contender, shippedFlags } from "./a2a/contender.ts";
import { type Bench, type Row, row } from "./contract.ts";
import { figures } from "./quantum/figures.ts";

// Until client and hub are compiled for it.
const warmUp = 300;

const bench: Bench = async ({ quick }) => {
  await using hub = await Contender.start(new URL("./a2a/hub-server.ts", import.meta.url), [], shippedFlags());
  const client = new Client({ name: "bench", version: "1" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  try {
    await client.connect(
      new StreamableHTTPClientTransport(new URL("/mcp", hub.url), { requestInit: { headers: { ...hub.headers } } }),
    );
    const calls = quick ? 100 : 400;
    const times = async (name: string, args: object): Promise<[Row[], number]> => {
      const taken: number[] = [];
      let energy = Number.NaN;
      for (let k = 0; k < calls + warmUp; k++) {
        const startedAt = performance.now();
        const { structuredContent } = await client.callTool({ name: "quantum_solve", arguments: { ...args } });
        if (k >= warmUp) taken.push(performance.now() - startedAt);
        energy = Number(Object(structuredContent).energy);
      }
      taken.sort((a, b) => a - b);
      const at = (share: number): number => taken[Math.floor(share * taken.length)]!;
      return [[row(`${name}: p50`, at(0.5), "ms", "<=", 3), row(`${name}: p90`, at(0.9), "ms")], energy];
    };
    const rows: Row[] = [];
    for (const [size, density] of [
      [14, 1],
      [30, 1],
      [50, 0.2],
      [50, 1],
    ] as const) {
      const terms = randomTerms(size, density);
      const [timed, energy] = await times(`${size} variables, density ${density}`, { terms });
      const long = await solve(bqmFromTerms(terms), { solver: "tabu", reads: 20, sweeps: 20_000, seed: 99 });
      rows.push(
        ...timed,
        row(`${size} variables, density ${density}: above a long search`, energy - long.provenance.energy, "energy", "<=", 0),
      );
    }
    const file = resolve(import.meta.dirname, "../../shared/data/qubo/bqp50_1.q");
    if (existsSync(file)) {
      const [timed, energy] = await times("bqp50_1", { text: readFileSync(file, "utf8"), format: "q" });
      rows.push(...timed, row("bqp50_1: above the best known", energy + 2098, "energy", "<=", 0));
    }
    return rows;
  } finally {
    await client.close();
  }
};
export default bench;

function randomTerms(size: number, density: number) {
  const next = figures(size);
  const quadratic: [number, number, number][] = [];
  for (let i = 0; i < size; i++)
    for (let j = i + 1; j < size; j++) if (next() < density) quadratic.push([i, j, Math.round(next() * 200 - 100) || 1]);
  return { vartype: "SPIN" as const, linear: Array.from({ length: size }, (_, i): [number, number] => [i, 0]), quadratic };
}
