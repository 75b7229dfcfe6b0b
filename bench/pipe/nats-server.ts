// Echoes over NATS in a process of its own, as a pipe and with the bare client: `nats-server.ts SERVER`.
import { nats, receive } from "@entente/pipe";
import { connect } from "@nats-io/transport-node";
import { echo } from "./echo.ts";

const server = process.argv[2] ?? "";
await nats.listen(`nats://${server}/bench.pipe`, (endpoint) => {
  receive(endpoint, echo, { echo: async (message) => message, blob: async (blob) => blob }, { validate: false });
});
const bare = await connect({ servers: server });
bare.subscribe("bench.bare", { callback: (_error, message) => void message.respond(message.data) });
await bare.flush();
process.send?.("listening");
