// Stands between two Unix sockets: `relay-server.ts relay|forward ADDRESS TARGET`. Answers each message with the CPU time it has used.
import { receive, remote, unixSocket } from "@entente/pipe";
import { echo } from "./echo.ts";

const [, , how, address = "", target = ""] = process.argv;
if (how === "relay") await unixSocket.relay(address, target);
else {
  const next = remote(await unixSocket.dial(target), echo, { validate: false });
  await unixSocket.listen(address, (endpoint) => {
    receive(endpoint, echo, { echo: (body) => next.echo(body), blob: (body) => next.blob(body) }, { validate: false });
  });
}
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ user, system });
});
process.send?.("listening");
