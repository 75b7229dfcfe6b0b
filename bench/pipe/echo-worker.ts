// Echoes over a bare MessagePort and over a pipe, so that both sides of the comparison run in the same thread.
import { type MessagePort, parentPort } from "node:worker_threads";
import { overPort, receive, transfer } from "@entente/pipe";
import { echo } from "./echo.ts";

parentPort?.once("message", ({ raw, piped }: { raw: MessagePort; piped: MessagePort }) => {
  raw.on("message", ({ id, body }: { id: number; body: unknown }) => {
    raw.postMessage({ id, body }, body instanceof Uint8Array && body.buffer instanceof ArrayBuffer ? [body.buffer] : []);
  });
  receive(
    overPort(piped),
    echo,
    { echo: async (message) => message, blob: async (blob) => transfer(blob, [blob.buffer]) },
    { validate: false },
  );
});
