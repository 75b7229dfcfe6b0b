import { readdirSync } from "node:fs";
import type { Binding } from "../src/index.ts";
import { conformance } from "./conformance.ts";
import { travelling } from "./travelling.ts";

// Every file in src/bindings is one binding; a new one is tested without a list to edit.
const folder = new URL("../src/bindings/", import.meta.url);
for (const file of readdirSync(folder).filter((name) => name.endsWith(".ts"))) {
  const { binding }: { binding: Binding } = await import(new URL(file, folder).href);
  conformance(binding);
  travelling(binding);
}
