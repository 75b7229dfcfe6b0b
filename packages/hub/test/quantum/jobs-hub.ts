import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { type ServedHub, serveHub } from "../../src/serving.ts";
import { configOn, scratchFolder, tokenOf } from "../scratch.ts";

/** A job as its tools show it, as far as tests look. */
export interface View {
  readonly job: string;
  readonly state: string;
  readonly place: string;
  readonly notes: readonly { readonly text: string }[];
  readonly qpu: { readonly us: number; readonly state: string } | null;
  readonly answer: {
    readonly energy: number;
    readonly sample: Record<string, number>;
    readonly provenance: Record<string, unknown>;
  } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** A triangle that cannot satisfy all three of its couplings: the ground state has energy -1. */
export const frustrated = {
  vartype: "SPIN",
  quadratic: [
    ["a", "b", 1],
    ["b", "c", 1],
    ["a", "c", 1],
  ],
};

/** What tests of jobs have: a hub on a folder, and an official client as the operator. */
export async function withHub(
  settings: Readonly<Record<string, string>>,
  work: (call: <T>(tool: string, input?: object) => Promise<T>, hub: ServedHub) => Promise<void>,
): Promise<void> {
  using folder = scratchFolder();
  await using hub = await serveHub(configOn(folder.path, { "leap.configFile": "none", ...settings }));
  await using client = await clientOf(hub, tokenOf(folder.path));
  await work(client.call, hub);
}

async function clientOf(hub: ServedHub, token: string) {
  const client = new Client({ name: "jobs-test", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", hub.url), { requestInit }));
  return {
    call: async <T>(tool: string, input: object = {}): Promise<T> => {
      const result = await client.callTool({ name: tool, arguments: { ...input } });
      if (result.isError) throw new Error(JSON.stringify(result.content));
      return result.structuredContent as T; // why: each test knows what it asked for
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
