// Every binding to every other: wherever an end came from, it can go on.
import { test } from "node:test";
import { inProcess, nats, threads, unixSocket } from "../src/index.ts";
import { withoutNats } from "./nats-server.ts";
import { sentOn } from "./sent-on.ts";
import { onServer } from "./served-binding.ts";

const bindings = [inProcess, threads, unixSocket];
for (const first of bindings) for (const second of bindings) sentOn(first, second);

const served = await onServer(nats);
if (served === undefined) test("an end that came over nats", { skip: withoutNats });
else for (const [first, second] of [[served, unixSocket] as const, [threads, served] as const]) sentOn(first, second);
