import { readdirSync } from "node:fs";
import { after, test } from "node:test";
import type { Binding } from "../src/index.ts";
import { conformance } from "./conformance.ts";
import { NatsServer, withoutNats } from "./nats-server.ts";
import { travelling } from "./travelling.ts";

// Every file in src/bindings is one binding; a new one is tested without a list to edit. One that needs a server brings it along here.
const folder = new URL("../src/bindings/", import.meta.url);
for (const file of readdirSync(folder).filter((name) => name.endsWith(".ts"))) {
  const { binding }: { binding: Binding } = await import(new URL(file, folder).href);
  const ready = binding.name === "nats" ? await onServer(binding) : binding;
  if (ready === undefined) test(`binding ${binding.name}`, { skip: withoutNats });
  else {
    conformance(ready);
    travelling(ready);
  }
}

async function onServer(binding: Binding): Promise<Binding | undefined> {
  if (withoutNats !== false) return undefined;
  const server = await NatsServer.start();
  after(() => server[Symbol.asyncDispose]());
  let subjects = 0;
  return {
    ...binding,
    listen(address, accept, options) {
      subjects += 1;
      return binding.listen(address === "" ? server.address(`conformance.${subjects}`) : address, accept, options);
    },
  };
}
