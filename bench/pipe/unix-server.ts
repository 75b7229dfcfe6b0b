// Echoes on a Unix socket in a process of its own: `unix-server.ts ADDRESS`. The second interface checks what comes with its schema.
import { receive, unixSocket } from "@entente/pipe";
import { checkedEcho, echo } from "./echo.ts";

const serve = { echo: async <T>(message: T) => message, blob: async <T>(blob: T) => blob };
await unixSocket.listen(process.argv[2] ?? "", (endpoint) => {
  receive(endpoint, echo, serve, { validate: false });
  receive(endpoint, checkedEcho, serve, { validate: true });
});
process.send?.("listening");
