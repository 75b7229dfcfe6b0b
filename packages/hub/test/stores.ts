import { randomBytes } from "node:crypto";
import type { TestContext } from "node:test";
import { Client } from "pg";
import { systemClock } from "../src/base/clock.ts";
import { openStore, type Store } from "../src/store/store.ts";
import { scratchFolder } from "./scratch.ts";

/** The engines a store test runs on. PostgreSQL needs ENTENTE_TEST_POSTGRES; with CI=true its absence is a failure. */
export const engines = ["sqlite", "postgres"] as const;

/** Makes an empty database on an engine and runs `work` with its folder and URL; skips by name where there is no PostgreSQL. */
export async function withDatabase(
  t: TestContext,
  engine: (typeof engines)[number],
  work: (folder: string, url: string) => Promise<void>,
): Promise<void> {
  using folder = scratchFolder();
  if (engine === "sqlite") return await work(folder.path, "");
  const server = process.env.ENTENTE_TEST_POSTGRES;
  if (!server) {
    if (process.env.CI === "true") throw new Error("CI=true wants PostgreSQL in ENTENTE_TEST_POSTGRES");
    return t.skip("no PostgreSQL: set ENTENTE_TEST_POSTGRES to a server's URL");
  }
  const name = `entente_${randomBytes(6).toString("hex")}`;
  const admin = new Client({ connectionString: server });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const address = new URL(server);
  address.pathname = `/${name}`;
  try {
    await work(folder.path, address.href);
  } finally {
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  }
}

/** Opens an empty store on an engine and runs `work`; skips by name where there is no PostgreSQL. */
export function withStore(
  t: TestContext,
  engine: (typeof engines)[number],
  work: (store: Store, reopen: () => Promise<Store>) => Promise<void>,
): Promise<void> {
  return withDatabase(t, engine, async (dataFolder, url) => {
    const opened: Store[] = [];
    const reopen = async (): Promise<Store> => {
      const store = await openStore({ url, dataFolder, clock: systemClock });
      opened.push(store);
      return store;
    };
    try {
      await work(await reopen(), reopen);
    } finally {
      for (const store of opened) await store[Symbol.asyncDispose]();
    }
  });
}
