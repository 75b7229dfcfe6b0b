import { type ServedHub, serveHub } from "../src/serving.ts";
import { configOn, scratchFolder, tokenOf } from "./scratch.ts";

/** A hub being served to a test. */
export interface Front {
  readonly served: ServedHub;
  readonly url: URL;
  readonly folder: string;
  readonly bearer: Record<string, string>;
}

/** Serves a hub on a folder of its own. */
export async function withFront(
  settings: Readonly<Record<string, string>>,
  work: (front: Front) => Promise<void>,
): Promise<void> {
  using folder = scratchFolder();
  await using served = await serveHub(configOn(folder.path, settings));
  const bearer = { authorization: `Bearer ${tokenOf(folder.path)}` };
  await work({ served, url: served.url, folder: folder.path, bearer });
}

const modern = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
  "mcp-protocol-version": "2026-07-28",
};
/** A whole tools/call of the 2026-07-28 era, which needs no session. */
export const toolCall = (name: string, input: object): { headers: Record<string, string>; body: string } => ({
  headers: { ...modern, "mcp-method": "tools/call", "mcp-name": name },
  body: JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: {
      name,
      arguments: input,
      _meta: {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
      },
    },
  }),
});
