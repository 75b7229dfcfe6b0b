import { after } from "node:test";
import type { Binding } from "../src/index.ts";
import { NatsServer, withoutNats } from "./nats-server.ts";

/** The binding with a server of its own for listeners that name none; undefined where there is no server. */
export async function onServer(binding: Binding): Promise<Binding | undefined> {
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
