import { join } from "node:path";
import { loadConfig, serveHub } from "@entente/hub";
import { openHub } from "@entente/sdk";
import { scratch } from "../../test/hub-process.ts";
import { Contender } from "../a2a/contender.ts";
import { type Row, row } from "../contract.ts";
import { crashes } from "./crashes.ts";

const rounds = 20;
const issues = [
  { name: "price", values: [2, 4, 6, 8, 10], slo: "cost" },
  { name: "time", values: [500, 1000, 2000], slo: "totalMs" },
  { name: "region", values: ["eu", "us"] },
];

/**
 * Whole negotiations of 20 rounds, from negotiate_start to the signed agreement, each of the 40 acts kept before the next is asked for: between two agents in another
 * process over pipes, and between two of the official A2A SDK's server over HTTP, in turns.
 */
export async function overA2aRows(quick: boolean): Promise<readonly Row[]> {
  using folder = scratch();
  await using _served = await serveHub(
    loadConfig({
      flags: [
        ["data.dir", folder.path],
        ["http.port", "0"],
        ["log.level", "silent"],
        ["net.allowPrivate", "127.0.0.0/8"],
        ["negotiation.openBargains", "100000"],
      ],
    }),
  );
  const socket = `unix:${join(folder.path, "run", "hub.sock")}`;
  await using _near = await Contender.start(new URL("./pipe-negotiators.ts", import.meta.url), [socket]);
  await using far = await Contender.start(new URL("./sdk-negotiator.ts", import.meta.url));
  await using hub = await openHub({ hub: socket });
  for (const name of ["far-buyer", "far-seller"])
    await hub.call("agent_add", { url: new URL(name, far.url).href, allowUnsigned: true });
  const negotiated = async (side: "near" | "far"): Promise<number> => {
    const began = performance.now();
    const parties = [`${side}-buyer`, `${side}-seller`];
    const { negotiation } = await hub.call("negotiate_start", {
      subject: "work",
      with: parties,
      withoutMe: true,
      issues,
      rounds,
    });
    const end = await hub.call("negotiate_status", { id: String(negotiation), waitMs: 60_000 });
    const tookMs = performance.now() - began;
    const acts = Array.isArray(end.transcript) ? end.transcript.length : 0;
    if (end.status !== "agreement" || acts !== rounds * 2)
      throw new Error(`wanted ${rounds * 2} acts and a deal; got ${acts}, ${end.status}`);
    return tookMs;
  };
  const times = { near: [] as number[], far: [] as number[] };
  const warm = quick ? 10 : 30;
  for (let turn = -warm; turn < (quick ? 20 : 100); turn++)
    for (const side of ["near", "far"] as const) {
      const tookMs = await negotiated(side);
      if (turn >= 0) times[side].push(tookMs);
    }
  return [
    row("20 rounds between two agents over pipes, median", quantile(times.near, 0.5), "ms", "<=", 20),
    row("20 rounds over pipes, p90", quantile(times.near, 0.9), "ms"),
    row("20 rounds between two agents over HTTP, median", quantile(times.far, 0.5), "ms", "<=", 200),
    row("20 rounds over HTTP, p90", quantile(times.far, 0.9), "ms"),
  ];
}

/** A hundred `kill -9` around the award (ten with `--quick`). */
export async function crashRows(quick: boolean): Promise<readonly Row[]> {
  using folder = scratch();
  const { kills, sessions, double, lost } = await crashes(folder.path, "", quick ? 10 : 100, 7);
  return [
    row(`${kills} kill -9 around the award: sessions`, sessions, ""),
    row(`${kills} kill -9 around the award: double awards`, double, "", "<=", 0),
    row(`${kills} kill -9 around the award: lost agreements`, lost, "", "<=", 0),
  ];
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
