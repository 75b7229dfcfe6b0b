// `npm run bench -- NAME [--quick] [--json FILE] [options]`: runs bench/NAME.ts and prints its rows as a table,
// and as the last line one JSON object that a program can read.
import { readdirSync, writeFileSync } from "node:fs";
import type { Bench, Row } from "./contract.ts";

const names = readdirSync(import.meta.dirname)
  .filter((f) => f.endsWith(".ts") && f !== "main.ts" && f !== "contract.ts")
  .map((f) => f.slice(0, -3));
const name = process.argv[2] ?? "";
if (!names.includes(name)) {
  console.error(`wanted one of: ${names.join(", ")}; got "${name}"`);
  process.exit(2);
}
const values = optionsOf(process.argv.slice(3));
const bench: { default: Bench } = await import(`./${name}.ts`);
const rows = await bench.default({ quick: values.quick !== undefined, options: values });
printTable(rows);
const line = JSON.stringify({ bench: name, rows });
if (typeof values.json === "string") writeFileSync(values.json, `${line}\n`);
console.log(line);

function printTable(rows: readonly Row[]): void {
  const cells = rows.map((r) => [
    r.metric,
    Number.isInteger(r.value) ? String(r.value) : r.value.toPrecision(4),
    r.unit,
    r.goal === undefined ? "" : `${r.op} ${r.goal}`,
    r.pass === undefined ? "" : r.pass ? "pass" : "MISS",
  ]);
  const head = ["metric", "value", "unit", "goal", ""];
  const widths = head.map((h, i) => Math.max(h.length, ...cells.map((c) => c[i]?.length ?? 0)));
  for (const row of [head, ...cells]) console.log(row.map((c, i) => c.padEnd(widths[i] ?? 0)).join("  "));
}

// `--name value`, `--name=value` and bare `--name`; what is given again is added behind a comma.
function optionsOf(args: readonly string[]): Record<string, string | true> {
  const options: Record<string, string | true> = {};
  for (let at = 0; at < args.length; at++) {
    const [, name, given] = /^--([^=]+)(?:=(.*))?$/s.exec(args[at] ?? "") ?? [];
    if (name === undefined) throw new Error(`wanted --name value, got "${args[at]}"`);
    const next = args[at + 1];
    if (given === undefined && next !== undefined && !next.startsWith("--")) at += 1;
    const value = given ?? (next !== undefined && !next.startsWith("--") ? next : true);
    const before = options[name];
    options[name] = typeof before === "string" && typeof value === "string" ? `${before},${value}` : value;
  }
  return options;
}
