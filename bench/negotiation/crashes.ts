import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig, openHub, operator } from "@entente/hub";
import { drawing } from "./drawing.ts";

/** What became of the sessions of a hub that was killed again and again. */
export interface Crashes {
  readonly kills: number;
  readonly sessions: number;
  readonly agreements: number;
  /** Sessions with more than one agreement, or more than one event that tells of it. */
  readonly double: number;
  /** Sessions that came to a deal, or were told to have, without a signed agreement whose transcript holds; and such as never ended. */
  readonly lost: number;
  /** The first event of the log that does not fit, if any. */
  readonly brokenAt: number | undefined;
}

interface Said {
  readonly what: "started" | "accepting" | "agreed";
  readonly id: string;
}

/** Kills a hub with `kill -9` within 40 ms of an acceptance, `kills` times on one store, and counts what is left of its sessions. */
export async function crashes(folder: string, url: string, kills: number, seed: number): Promise<Crashes> {
  const program = new URL("./crash-hub.ts", import.meta.url);
  const execArgv = ["--conditions=entente"];
  const told = new Map<Said["what"], Set<string>>();
  const draw = drawing(seed);
  for (let kill = 0; kill < kills; kill++) {
    const child = fork(program, [folder, url], { execArgv });
    const left = Math.floor(draw() * 4) + 1;
    const { promise, resolve } = Promise.withResolvers<void>();
    let accepting = 0;
    child.on("message", ({ what, id }: Said) => {
      told.set(what, (told.get(what) ?? new Set()).add(id));
      if (what === "accepting" && ++accepting === left) resolve();
    });
    const ended = once(child, "exit");
    await Promise.race([promise, ended]);
    if (child.exitCode !== null) throw new Error(`the hub ended by itself with ${child.exitCode}`);
    // A cold hub signs and keeps what it accepts within some 20 ms: half of the kills come before that, half after.
    await sleep(draw() * 40);
    child.kill("SIGKILL");
    await ended;
  }
  const [code] = await once(fork(program, [folder, url, "finish"], { execArgv }), "exit");
  if (code !== 0) throw new Error(`the last hub ended with ${code}`);
  return counted(folder, url, kills, told.get("started") ?? new Set(), told.get("agreed") ?? new Set());
}

async function counted(
  folder: string,
  url: string,
  kills: number,
  started: ReadonlySet<string>,
  agreed: ReadonlySet<string>,
): Promise<Crashes> {
  const flags: [string, string][] = [
    ["data.dir", folder],
    ["log.level", "silent"],
  ];
  if (url !== "") flags.push(["store.url", url]);
  await using hub = await openHub({ config: loadConfig({ flags }) });
  const sessions = await hub.store.db
    .selectFrom("bargains")
    .innerJoin("negotiations", "negotiations.id", "bargains.id")
    .select(["bargains.id", "open", "status"])
    .execute();
  const rows = await hub.store.db.selectFrom("agreements").select(["id", "negotiation_id"]).execute();
  const kept = Map.groupBy(rows, ({ negotiation_id }) => negotiation_id);
  const signed = new Map<string, number>();
  for (let after = 0; ; ) {
    const events = await hub.store.events.read({ kind: "agreement.signed", after, limit: 1000 });
    for (const { subject } of events) signed.set(subject, (signed.get(subject) ?? 0) + 1);
    after = events.at(-1)?.seq ?? after;
    if (events.length === 0) break;
  }
  let [double, lost] = [0, 0];
  const known = new Set(sessions.map(({ id }) => id));
  for (const id of [...started, ...agreed]) if (!known.has(id)) lost += 1;
  for (const { id, open, status } of sessions) {
    const agreements = kept.get(id) ?? [];
    const [first] = agreements;
    if (agreements.length > 1 || (first && signed.get(first.id) !== 1)) double += 1;
    const verified = first && (await hub.dispatcher.call("agreement_verify", { id: first.id }, { principal: operator }));
    if (open !== 0 || status !== "agreement" || verified?.holds !== true) lost += 1;
  }
  const { brokenAt } = await hub.store.events.verify();
  return { kills, sessions: sessions.length, agreements: rows.length, double, lost, brokenAt };
}
