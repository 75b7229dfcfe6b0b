/**
 * The reference pages that can be told from the code: configuration keys, error codes, metrics, the command line and
 * the tools. `node test/reference-docs.ts --write` writes them; `npm run check` fails when one is not what the code
 * says, so nothing in them can be missing, left over or wrong.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { configKeys, environmentName, loadConfig, openHub } from "@entente/hub";
import { declaredErrors } from "../packages/hub/src/base/errors.ts";
import { exitCodes } from "../packages/hub/src/cli/exit-codes.ts";
import { makeProgram } from "../packages/hub/src/cli/program.ts";
import { metricNames } from "../packages/hub/src/telemetry/names.ts";

const root = resolve(import.meta.dirname, "..");
const made = "<!-- Made from the code by test/reference-docs.ts; `npm run check` compares. -->";

interface Page {
  readonly file: string;
  readonly text: string;
}

/** The pages as the code has them. */
export async function referencePages(): Promise<readonly Page[]> {
  return [await configPage(), await errorsPage(), await metricsPage(), await cliPage(), await toolsPage()];
}

/** Pages that differ from the code. */
export async function staleReferencePages(): Promise<readonly string[]> {
  const stale = (await referencePages()).filter(
    (page) => !existsSync(join(root, page.file)) || readFileSync(join(root, page.file), "utf8") !== page.text,
  );
  return stale.map((page) => `${page.file} is not what the code says; run: npm run docs:reference`);
}

async function configPage(): Promise<Page> {
  const keys = Object.entries<{ value: unknown; doc: string }>(configKeys);
  const rows = keys.map(
    ([name, key]) => `| \`${name}\` | \`${JSON.stringify(key.value)}\` | \`${environmentName(name)}\` | ${cell(key.doc)} |`,
  );
  return page("configuration", "Configuration", [
    "Values come from defaults, then a JSON file (`entente.json`, or `--config FILE`), then the environment, then `--set key=value`; the last one wins. `entente config` prints the effective values and where each came from. Lists are separated by commas in the environment and in flags.",
    "| key | default | environment | meaning |",
    "| --- | --- | --- | --- |",
    ...rows,
  ]);
}

async function errorsPage(): Promise<Page> {
  const rows = [...declaredErrors()].map(
    ([code, kind]) =>
      `## ${code}\n\nStatus ${kind.status}. Says: “${kind.text(placeholders() as never) /* why: stands in for any details */}”.\n`,
  );
  return page("errors", "Errors", [
    'Every error of the hub has a code that never changes its meaning, a sentence that says what was wanted and what came, and the same facts as data. Over HTTP they come as `{"error": {code, message, details, help}}`, over MCP as a tool result with `isError` and `_meta["dev.entente/error"]`. Words in ‹› stand for facts of the case. The libraries have codes of their own, in their READMEs.',
    "",
    ...rows,
  ]);
}

async function metricsPage(): Promise<Page> {
  const rows = Object.values<{ name: string; help: string }>(metricNames).map(
    ({ name, help }) => `| \`${name}\` | ${cell(help)} |`,
  );
  return page("metrics", "Metrics", [
    "`/metrics` answers in Prometheus' text format. Beside these, Node's own metrics (`process_*`, `nodejs_*`) are exposed.",
    "",
    "| metric | meaning |",
    "| --- | --- |",
    ...rows,
  ]);
}

async function cliPage(): Promise<Page> {
  const program = await makeProgram(new AbortController().signal);
  const help = (command: { helpInformation(): string; configureHelp(o: object): void }): string => {
    command.configureHelp({ helpWidth: 100 });
    return `\`\`\`text\n${command.helpInformation().trimEnd()}\n\`\`\``;
  };
  const sections = program.commands.map(
    (command: { name(): string; helpInformation(): string; configureHelp(o: object): void }) =>
      `## entente ${command.name()}\n\n${help(command)}\n`,
  );
  const codes = Object.entries(exitCodes).map(([name, code]) => `| ${code} | ${name} |`);
  return page("cli", "The command line", [
    "In a checkout the command is `npx entente`. Every command takes the options below, `--help`, and `--json` where it has a result.",
    "",
    help(program),
    "",
    ...sections,
    "## Exit codes",
    "",
    "| code | meaning |",
    "| --- | --- |",
    ...codes,
  ]);
}

async function toolsPage(): Promise<Page> {
  const folder = mkdtempSync(join(tmpdir(), "entente-docs-"));
  try {
    await using opened = await openHub({ config: loadConfig({ flags: [["data.dir", folder]] }) });
    const { catalogue } = opened.dispatcher;
    const tools = catalogue.listed.map((tool) => {
      const inputs = Object.entries((tool.inputSchema.properties ?? {}) as Record<string, { description?: string }>).map(
        ([name, schema]) =>
          `\`${name}\`${(tool.inputSchema.required as readonly string[] | undefined)?.includes(name) ? "" : " (optional)"}${schema.description ? `: ${schema.description}` : ""}`,
      );
      const [example] = (tool.inputSchema.examples ?? []) as readonly unknown[];
      const shown = example === undefined ? "" : `\n\`\`\`json\n${JSON.stringify(example)}\n\`\`\`\n`;
      return `## ${tool.name}\n\n${tool.description}\n\n${inputs.length > 0 ? `Input: ${inputs.join("; ")}.` : "No input."}\n${shown}`;
    });
    const resources = catalogue.resources.map((resource) => `| \`${resource.uri}\` | ${cell(resource.description)} |`);
    const prompts = catalogue.prompts.map((prompt) => `| \`${prompt.name}\` | ${cell(prompt.description)} |`);
    return page("tools", "Tools, resources and prompts", [
      "Everything the hub can do is an MCP tool. `entente tools NAME` prints a tool's whole input schema; `entente call NAME JSON` calls it.",
      "",
      ...tools,
      "## Resources",
      "",
      "| URI | what |",
      "| --- | --- |",
      ...resources,
      "",
      "## Prompts",
      "",
      "| prompt | what |",
      "| --- | --- |",
      ...prompts,
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function page(name: string, title: string, lines: readonly string[]): Page {
  return { file: `docs/reference/${name}.md`, text: `${made}\n\n# ${title}\n\n${lines.join("\n").trimEnd()}\n` };
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

// Stands in for any detail: every member is its own name in quotes, and arrays join as one.
function placeholders(): unknown {
  return new Proxy({}, { get: (_target, name) => placeholder(String(name)) });
}

function placeholder(name: string): unknown {
  const text = `‹${name}›`;
  return new Proxy([text], {
    get: (target, member) => {
      if (member === Symbol.toPrimitive || member === "toString") return () => text;
      if (member === "map") return () => [text];
      return Reflect.get(target, member);
    },
  });
}

if (process.argv.includes("--write")) {
  for (const { file, text } of await referencePages()) writeFileSync(join(root, file), text);
  process.exit();
}
