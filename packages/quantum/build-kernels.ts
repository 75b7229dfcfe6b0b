// Compiles the kernels: `npm run build:kernels` puts them into src/generated/kernels.ts as base64, so that
// they travel wherever the package's code does. A test compiles again and compares.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const target = join(import.meta.dirname, "src/generated/kernels.ts");
const compiler = fileURLToPath(new URL("../bin/asc.js", import.meta.resolve("assemblyscript")));

/** The text that src/generated/kernels.ts should have. Throws what the compiler says. */
export function compiledKernels(): string {
  const folder = mkdtempSync(join(tmpdir(), "entente-kernels-"));
  try {
    const out = join(folder, "kernels.wasm");
    const flags = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd", "--importMemory", "-o", out];
    const result = spawnSync(process.execPath, [compiler, "index.ts", ...flags], {
      cwd: join(import.meta.dirname, "assembly"),
      encoding: "utf8",
    });
    if (result.status !== 0) throw new Error(`${result.stdout}${result.stderr}`);
    const base64 = readFileSync(out).toString("base64");
    const lines = base64.match(/.{1,120}/g) ?? [];
    return [
      "// Made from assembly/ by build-kernels.ts.",
      "export const kernelModule =",
      ...lines.map((line, at) => `  "${line}"${at < lines.length - 1 ? " +" : ";"}`),
      "",
    ].join("\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv.includes("--write")) writeFileSync(target, compiledKernels());
