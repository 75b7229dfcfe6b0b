import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadConfig, type ServedHub, serveHub } from "@entente/hub";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { ensureBuilt } from "../packages/console/ensure-built.ts";
import { scratch } from "./hub-process.ts";
import { paleTexts, skippedHeadings } from "./page-audit.ts";

const executablePath = process.env.ENTENTE_CHROMIUM ?? "/usr/bin/chromium";
const flags =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

/** Why browser tests are skipped here, or false. Never skipped where CI=true: a missing browser is a failure there. */
export function missingBrowser(): string | false {
  if (process.env.CI === "true" || existsSync(executablePath)) return false;
  return `no browser at ${executablePath}: set ENTENTE_CHROMIUM`;
}

/** Starts the browser. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: flags.split(" ") });
}

/** Opens a page; what it complains of goes to `complaints`, where that is given. */
export async function openPage(context: BrowserContext, url: URL, complaints?: string[]): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => complaints?.push(`${url.pathname}: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && complaints?.push(`${url.pathname}: ${message.text()}`));
  await page.goto(url.href);
  return page;
}

/** Keeps a picture of a page in the folder ENTENTE_SCREENSHOTS, when that is set. */
export async function photograph(page: Page, name: string): Promise<void> {
  const folder = process.env.ENTENTE_SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** Checks that a page has enough contrast in light and dark, headings in order, and fits 390 pixels; keeps pictures as `name-…`. */
export async function checkReadable(page: Page, name: string): Promise<void> {
  assert.equal(await page.locator("h1").count(), 1);
  const grounds: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await page.evaluate(paleTexts, 4.5), [], `${name} in ${colorScheme}`);
    grounds.push(await page.evaluate<string>("getComputedStyle(document.documentElement).backgroundColor"));
    await photograph(page, `${name}-${colorScheme}`);
  }
  assert.notEqual(grounds[0], grounds[1]);
  assert.deepEqual(await page.evaluate(skippedHeadings), [], name);
  await page.emulateMedia({ colorScheme: "light" });
  const wide = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  const width = await page.evaluate<number>("document.documentElement.scrollWidth");
  assert.ok(width <= 390, `${name} is ${width} pixels wide on a screen of 390`);
  await photograph(page, `${name}-narrow`);
  if (wide) await page.setViewportSize(wide);
}

/** Builds the console into the folder that the hub serves, unless it is up to date. `npm test` has done so before two files could do it at once. */
export function buildConsole(): void {
  ensureBuilt();
}

/** A hub on a folder of its own, and a browser that comes to be signed in to its console. */
export class ConsoleHouse implements AsyncDisposable {
  readonly served: ServedHub;
  /** What pages complained of. */
  readonly complaints: string[] = [];
  readonly #folder: Disposable;
  #browser: Browser | undefined;
  #session: BrowserContext | undefined;

  private constructor(served: ServedHub, folder: Disposable) {
    this.served = served;
    this.#folder = folder;
  }

  /** Builds the console and serves a hub, with these settings beside the usual ones. */
  static async open(settings: readonly (readonly [string, string])[] = []): Promise<ConsoleHouse> {
    buildConsole();
    const folder = scratch();
    const usual = [
      ["data.dir", join(folder.path, "data")],
      ["log.level", "silent"],
      ["http.port", "0"],
    ] as const;
    return new ConsoleHouse(await serveHub(loadConfig({ flags: [...usual, ...settings] })), folder);
  }

  /** Opens a page of the console; the first one signs in. */
  async pageAt(path: string): Promise<Page> {
    this.#session ??= await this.#signIn();
    return openPage(this.#session, new URL(path, this.served.url), this.complaints);
  }

  async #signIn(): Promise<BrowserContext> {
    this.#browser = await launchBrowser();
    const session = await this.#browser.newContext({ viewport: { width: 1360, height: 900 } });
    const page = await session.newPage();
    await page.goto(this.served.consoleLink());
    await page.close();
    return session;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser?.close();
    await this.served[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}
