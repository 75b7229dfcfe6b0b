/**
 * The console in a browser, against a real hub that learns for real. One hub lives through the whole file, from empty to
 * gone, so the tests stand in its order of life; each takes a page of its own. With ENTENTE_SCREENSHOTS set to a folder,
 * every view is photographed there.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { loadConfig, operator, type ServedHub, serveHub } from "@entente/hub";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { buildConsole, checkReadable, launchBrowser, missingBrowser, openPage, photograph } from "./console-browser.ts";
import { scratch, writeProse } from "./hub-process.ts";
import { watchShifts } from "./page-audit.ts";

const options = { skip: missingBrowser() };

const champion = "is the champion now";

const folder = scratch();
const files = join(folder.path, "files");
let port = "0";
let served: ServedHub;
let browser: Browser;
/** Signed in by the console link. */
let session: BrowserContext;
let runId: string;
const complaints: string[] = [];

const settings: readonly (readonly [string, string])[] = [
  ["data.dir", join(folder.path, "data")],
  ["log.level", "silent"],
  ["learning.preset", "nano"],
  ["learning.vocabulary", "400"],
  ["learning.sequence", "64"],
  ["learning.batch", "8"],
  ["learning.seconds", "8"],
];
const open = (): Promise<ServedHub> => serveHub(loadConfig({ flags: [...settings, ["http.port", port]] }));

function pageAt(path: string, context: BrowserContext = session): Promise<Page> {
  return openPage(context, new URL(path, served.url), context === session ? complaints : undefined);
}

const said = (page: Page, text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();

before(async () => {
  if (options.skip) return;
  buildConsole();
  writeProse(files, 40);
  served = await open();
  port = served.url.port;
  browser = await launchBrowser();
  session = await browser.newContext({ viewport: { width: 1360, height: 900 } });
});

after(async () => {
  await browser?.close();
  await served?.[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

test("the console link signs a browser in, once, and leaves its code out of the address", options, async () => {
  const link = served.consoleLink();
  const page = await pageAt(link);
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  assert.equal(new URL(page.url()).search, "");
  await page.close();
  const other = await browser.newContext();
  const late = await pageAt(link, other);
  await late.getByRole("heading", { name: "This link has been used" }).waitFor();
  await said(late, "npx entente link");
  await photograph(late, "link-spent");
  await other.close();
});

test("a browser without a session is told how to get in", options, async () => {
  const stranger = await browser.newContext();
  for (const path of ["/", "/tools"]) {
    const page = await pageAt(path, stranger);
    await page.getByRole("heading", { name: "Open the console by its link" }).waitFor();
    await photograph(page, "sign-in");
  }
  await stranger.close();
});

test("an empty hub says in every view what would fill it", options, async () => {
  for (const [path, text] of [
    ["/", "Nothing has been learned yet"],
    ["/runs", "No run yet"],
    ["/versions", "No version yet"],
  ] as const) {
    const page = await pageAt(path);
    await page.getByRole("heading", { name: text }).waitFor();
    await page.getByText("npx entente learn PATH").waitFor();
    await page.getByText("live", { exact: true }).waitFor();
    await photograph(page, `empty${path.replace("/", "-")}`);
    await page.close();
  }
  const page = await pageAt("/ask?q=anything");
  await page.getByRole("heading", { name: "No passage fits" }).waitFor();
  await page.close();
});

test(
  "a run is seen live: the feed grows, the curve grows, the phases pass, and the page is never loaded again",
  options,
  async () => {
    const overview = await pageAt("/");
    await overview.getByRole("heading", { name: "Nothing has been learned yet" }).waitFor();
    await overview.evaluate("window.sameDocument = true");
    const learning = served.hub.dispatcher.call(
      "agent_send_message",
      { agent: "coordinator", text: `Learn from ${files}`, data: { path: files } },
      { principal: operator },
    );
    await overview.getByRole("heading", { name: "Learning now" }).waitFor();
    await overview.evaluate(watchShifts);
    const href = await overview.getByRole("link", { name: "Learning now" }).getAttribute("href");
    assert.match(href ?? "", /^\/runs\/run_/);
    runId = href?.split("/")[2] ?? "";
    const run = await pageAt(`/runs/${runId}`);
    await run.locator(".curve[data-points]:not([data-points='0'])").waitFor();
    const early = Number(await run.locator(".curve").getAttribute("data-points"));
    const phase = await run.locator(".steps [aria-current='step']").textContent();
    assert.equal(phase, "train");
    await run
      .getByText(/^step \d+, loss/)
      .first()
      .waitFor();
    await photograph(run, "run-live");
    await photograph(overview, "overview-live");
    await learning;
    await said(overview, champion);
    await overview.getByRole("heading", { name: "Last run" }).waitFor();
    await overview.getByText(/kept its promise for “train”/).waitFor();
    assert.equal(await overview.evaluate("window.sameDocument"), true);
    await run.getByText("promoted", { exact: true }).waitFor();
    const late = Number(await run.locator(".curve").getAttribute("data-points"));
    assert.ok(late > early, `the curve had ${early} points while training and ${late} after it`);
    await overview.close();
    await run.close();
  },
);

test("the overview says what is the champion, how the service does, and who the agents are", options, async () => {
  const page = await pageAt("/");
  await page.getByRole("link", { name: "version 1" }).waitFor();
  await said(page, "gzip -9");
  await said(page, /every call of the last hour went well/);
  assert.equal(await page.locator(".agent").count(), 8, "the hub's seven, and the one that offers its tools");
  const trainer = page.locator(".agent", { hasText: "trainer-deep" }).first();
  await trainer.getByText("1 kept").waitFor();
  await trainer.getByText("Card, signature verified").click();
  await trainer.getByText('"supportedInterfaces"').waitFor();
  const line = page.locator(".feed li", { hasText: champion });
  await line.locator("summary").click();
  await line.getByText('"kind": "version.promoted"').waitFor();
  await page.getByRole("button", { name: "everything" }).click();
  await said(page, /called learning_train, /);
  await page.close();
});

test("the page of a run tells who bid, why the winner won, what was signed and what the gate said", options, async () => {
  const list = await pageAt("/runs");
  await list.locator("tbody a").first().click();
  await list.getByRole("heading", { level: 1, name: "Learning run" }).waitFor();
  assert.equal(new URL(list.url()).pathname, `/runs/${runId}`);
  const job = list.locator(".job", { has: list.getByRole("heading", { name: "train", exact: true }) });
  await job.getByText(/leads trainer-\w+ by [\d.]+ on/).waitFor();
  assert.deepEqual((await job.locator("tbody td:first-child").allTextContents()).sort(), ["trainer-deep", "trainer-swift"]);
  assert.equal(await job.locator(".score").count(), 2);
  await job.getByText("both signatures verified").waitFor();
  await job.getByText(/^kept: [\d.]+ m?s of/).waitFor();
  await list.getByText(/^Passes: the first version/).waitFor();
  await list.getByRole("cell", { name: "md", exact: true }).waitFor();
  const chosen = await list.locator(".files li").count();
  await list.getByPlaceholder(/^Filter \d+ files$/).fill(".md");
  const filtered = await list.locator(".files li").allTextContents();
  assert.ok(filtered.length > 0 && filtered.length < chosen && filtered.every((file) => file.endsWith(".md")));
  await list.close();
});

test("rolling back asks first, and a hub that has nothing to go back to says so with its code", options, async () => {
  const page = await pageAt("/versions");
  await page.getByText("champion", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Roll back…" }).click();
  const dialog = page.getByRole("dialog", { name: "Go back from version 1?" });
  await photograph(page, "rollback-confirm");
  await dialog.getByRole("button", { name: "Roll back" }).click();
  const alert = page.getByRole("alert");
  await alert.getByText("NO_PREVIOUS_CHAMPION").waitFor();
  assert.match((await alert.textContent()) ?? "", /has no earlier champion/);
  await photograph(page, "rollback-refused");
  await page.close();
});

test(
  "a question is reached and asked by keyboard alone and answered with cited passages and a marked guess",
  options,
  async () => {
    const page = await pageAt("/ask");
    await page.getByRole("heading", { level: 1, name: "Ask" }).waitFor();
    const focused: string[] = [];
    for (let press = 0; press < 16 && focused.at(-1) !== "question"; press++) {
      await page.keyboard.press("Tab");
      focused.push(await page.evaluate<string>("document.activeElement.name || document.activeElement.textContent.trim()"));
    }
    const rail = ["Overview", "The loop", "Negotiations", "Optimisation", "Versions", "Ask", "Tools"];
    assert.deepEqual(focused.slice(0, 9), ["Skip to the view", "Entente", ...rail]);
    assert.equal(focused.at(-1), "question");
    const outline = await page.evaluate<string>("getComputedStyle(document.activeElement).outlineStyle");
    assert.equal(outline, "solid");
    await page.keyboard.type("who kept the promise at the table?");
    await page.keyboard.press("Enter");
    await page
      .getByText(/^\d+\.(md|txt):\d+–\d+$/)
      .first()
      .waitFor();
    await page.getByRole("heading", { name: "The model’s guess" }).waitFor();
    await page.getByText("treat it as a guess").waitFor();
    assert.match(page.url(), /\/ask\?q=who%20kept/);
    await page.getByRole("button", { name: "Measure" }).click();
    await page.getByRole("columnheader", { name: "Against its kind" }).waitFor();
    await photograph(page, "ask");
    await page.close();
  },
);

test("a tool is found, called with an edited input, and its errors carry their codes", options, async () => {
  const page = await pageAt("/tools");
  await page.getByPlaceholder("Search tools").fill("passages words vector");
  await page.getByRole("link", { name: "learning_search" }).click();
  const editor = page.getByRole("textbox", { name: "Input" });
  assert.deepEqual(JSON.parse(await editor.inputValue()), { query: "" });
  await editor.fill('{ "query": ');
  await page.getByRole("button", { name: "Call" }).click();
  await page.getByText("INPUT_NOT_JSON").waitFor();
  await editor.fill('{ "query": "", "limit": 2 }');
  await page.keyboard.press("Control+Enter");
  await page.getByText("TOOL_INPUT_INVALID").waitFor();
  await photograph(page, "tool-error");
  await editor.fill('{ "query": "river stone", "limit": 2 }');
  await page.keyboard.press("Control+Enter");
  const result = JSON.parse((await page.locator("pre.json").textContent()) ?? "");
  assert.equal(result.passages.length, 2);
  await photograph(page, "tool-result");
  await page.goBack();
  await said(page, "Choose a tool");
  await page.close();
});

test("every view is readable in light and dark, in order, and fits 390 pixels", options, async () => {
  const views = ["/", "/runs", `/runs/${runId}`, "/versions", "/ask?q=river", "/tools", "/tools/learning_curate", "/nowhere"];
  const page = await pageAt("/");
  for (const [index, path] of views.entries()) {
    const name = ["overview", "runs", "run", "versions", "ask-short", "tools", "tool", "nowhere"][index] ?? "";
    await page.goto(new URL(path, served.url).href);
    await page.locator(".skeleton").first().waitFor({ state: "detached" });
    await checkReadable(page, name);
  }
  await page.close();
});

test("no page complained while the hub was there", options, () => {
  assert.deepEqual(complaints, []);
});

test("when the hub goes, a banner says so; when it is back, the events go on without a reload", options, async () => {
  const page = await pageAt("/");
  await said(page, champion);
  await page.getByText("live", { exact: true }).waitFor();
  await page.evaluate("window.sameDocument = true");
  const newest = Number(await page.locator(".feed li").first().getAttribute("data-seq"));
  await served[Symbol.asyncDispose]();
  const banner = page.getByRole("alert").filter({ hasText: "Reconnecting" });
  await banner.waitFor();
  await photograph(page, "hub-gone");
  served = await open();
  await banner.waitFor({ state: "detached" });
  await page.locator(".feed li", { hasText: "opens: version" }).first().waitFor();
  assert.equal(await page.evaluate("window.sameDocument"), true);
  const seen = (
    await page.locator(".feed li").evaluateAll((lines) => lines.map((line) => Number(line.getAttribute("data-seq"))))
  ).filter((seq) => seq > newest);
  assert.ok(seen.length >= 2, "the end and the new beginning of the hub are both in the feed");
  assert.deepEqual(
    seen,
    [...new Set(seen)].sort((a, b) => b - a),
  );
  await page.close();
});
