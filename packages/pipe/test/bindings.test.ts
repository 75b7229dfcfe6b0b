import { readdirSync } from "node:fs";
import { test } from "node:test";
import type { Binding } from "../src/index.ts";
import { conformance } from "./conformance.ts";
import { withoutNats } from "./nats-server.ts";
import { onServer } from "./served-binding.ts";
import { travelling } from "./travelling.ts";
import { untaken } from "./untaken.ts";

// Every file in src/bindings is one binding; a new one is tested without a list to edit. One that needs a server brings it along here.
const folder = new URL("../src/bindings/", import.meta.url);
for (const file of readdirSync(folder).filter((name) => name.endsWith(".ts"))) {
  const { binding }: { binding: Binding } = await import(new URL(file, folder).href);
  const ready = binding.name === "nats" ? await onServer(binding) : binding;
  if (ready === undefined) test(`binding ${binding.name}`, { skip: withoutNats });
  else {
    conformance(ready);
    travelling(ready);
    untaken(ready);
  }
}
