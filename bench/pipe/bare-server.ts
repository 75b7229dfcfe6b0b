// Echoes bytes over a bare socket in a process of its own: `bare-server.ts PATH`. What Node itself costs, with no frames and no calls.
import { createServer } from "node:net";

createServer((socket) => socket.on("data", (chunk) => socket.write(chunk))).listen(process.argv[2], () =>
  process.send?.("listening"),
);
