/**
 * `npm run bench -- loop`: the whole loop on this checkout, from an empty data folder to a promoted version, as a user
 * runs it; bits per byte of that version beside gzip -9 of the same held-out files; ingestion again with 1 % of the
 * files changed against the first time; and, with `--kills N` (30 unless --quick), a run that is killed that often.
 */
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig, openHub, operator } from "@entente/hub";
import { z } from "zod";
import { run, scratch, smallRun, start, untilReady, writeProse } from "../test/hub-process.ts";
import { type Bench, type Row, row } from "./contract.ts";

const root = resolve(import.meta.dirname, "..");
const ingested = z.object({ files: z.number(), changed: z.number(), durationMs: z.number() });

const bench: Bench = async ({ quick, options }) => {
  const kills = Number(options.kills ?? (quick ? 0 : 30));
  return [...(await wholeLoop(quick)), ...(await ingestion(quick ? 1000 : 4000)), ...(kills > 0 ? await killing(kills) : [])];
};
export default bench;

async function wholeLoop(quick: boolean): Promise<readonly Row[]> {
  using folder = scratch();
  const data = join(folder.path, "data");
  const started = performance.now();
  const { code, said } = await run(data, ["http.port=0", ...(quick ? ["learning.seconds=15"] : [])], "learn", root);
  const minutes = (performance.now() - started) / 60_000;
  if (code !== 0) throw new Error(`the loop ended with ${code}:\n${said}`);
  await using hub = await openHub({ config: loadConfig({ flags: [["data.dir", data]] }) });
  const [version] = await hub.learning.versions.list("house");
  const verdict = z.object({ bitsPerByte: z.number(), gzip: z.number() }).parse(JSON.parse(version?.verdict_json ?? "{}"));
  const training = z
    .object({ steps: z.number(), tokens: z.number(), tokensPerSecond: z.number(), parameters: z.number() })
    .parse(JSON.parse(version?.training_json ?? "{}"));
  return [
    row("whole loop on this checkout", minutes, "min", "<=", 4),
    row("held-out bits per byte, the version", verdict.bitsPerByte, "bits"),
    row("held-out bits per byte, gzip -9", verdict.gzip, "bits"),
    row("version against gzip -9", verdict.bitsPerByte / verdict.gzip, "x"),
    row("parameters", training.parameters, ""),
    row("training steps", training.steps, ""),
    row("training rate", training.tokensPerSecond, "tokens/s"),
  ];
}

async function ingestion(files: number): Promise<readonly Row[]> {
  using folder = scratch();
  const docs = join(folder.path, "docs");
  writeProse(docs, files);
  await using hub = await openHub({ config: loadConfig({ flags: [["data.dir", join(folder.path, "data")]] }) });
  const ingest = async () => {
    const begun = performance.now();
    const report = ingested.parse(await hub.dispatcher.call("learning_ingest", { path: docs }, { principal: operator }));
    return { ...report, ms: performance.now() - begun };
  };
  const first = await ingest();
  const again: number[] = [];
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < files / 100; i++)
      appendFileSync(
        join(docs, `${String((i * 97 + round) % files).padStart(3, "0")}.${((i * 97 + round) % files) % 3 === 0 ? "md" : "txt"}`),
        `changed in round ${round}\n`,
      );
    again.push((await ingest()).ms);
  }
  const second = again.toSorted((a, b) => a - b)[2] ?? Number.NaN;
  return [
    row(`first ingestion, ${files} files`, first.ms, "ms"),
    row("again with 1 % changed, median of 5", second, "ms"),
    row("first against again", first.ms / second, "x", ">=", 20),
  ];
}

async function killing(kills: number): Promise<readonly Row[]> {
  using folder = scratch();
  const [data, files] = [join(folder.path, "data"), join(folder.path, "files")];
  writeProse(files, 300);
  const settings = [...smallRun, "learning.seconds=20"];
  let state = 30;
  let done = 0;
  for (; done < kills; done++) {
    const child = start(data, settings, "up", "--learn", files);
    await untilReady(data, child);
    state = (state * 48271) % 2147483647;
    await sleep(20 + (state % 2500));
    child.kill("SIGKILL");
    await once(child, "close");
  }
  const last = await run(data, settings, "learn", files);
  await using hub = await openHub({ config: loadConfig({ flags: [["data.dir", data]] }) });
  const { db, events } = hub.store;
  const chain = await events.verify();
  const rows = await db.selectFrom("documents").select("path").where("status", "=", "indexed").execute();
  const told = (await events.read({ limit: 1_000_000 })).map((event) => event.kind);
  const once_ = ["run.started", "version.registered", "version.promoted", "run.promoted"].map(
    (kind) => told.filter((other) => other === kind).length,
  );
  const lost =
    (chain.brokenAt === undefined ? 0 : 1) +
    (300 - new Set(rows.map((one) => one.path)).size) +
    once_.filter((count) => count === 0).length;
  const doubled = rows.length - new Set(rows.map((one) => one.path)).size + once_.filter((count) => count > 1).length;
  return [
    row("kill -9 during the loop", done, "kills"),
    row("records, files or steps lost", lost, "", "<=", 0),
    row("records, files or steps doubled", doubled, "", "<=", 0),
    row("loop completes after the kills", last.code === 0 ? 1 : 0, "", ">=", 1),
  ];
}
