/**
 * How a command reaches a hub: the one running on the data folder, over MCP as any client would, or, when none runs, a
 * hub opened in this process for the time of the command.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Config } from "../base/config.ts";
import { EntenteError } from "../base/errors.ts";
import { operator } from "../base/principals.ts";
import type { Progress } from "../base/tool.ts";
import { openHub } from "../gateway.ts";
import { runningHub } from "../serving.ts";

/** Options of a call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: (progress: Progress) => void;
}

/** A connection to a hub. */
export interface Session extends AsyncDisposable {
  /** URL of the running hub, or undefined when the hub is in this process. */
  readonly url: string | undefined;
  /** Calls a tool. Throws EntenteError with the hub's code and sentence. */
  call(tool: string, input: object, options?: CallOptions): Promise<Record<string, unknown>>;
  /** The tools there are. */
  tools(): Promise<readonly { name: string; description?: string | undefined; inputSchema: object }[]>;
}

const errorSchema = z.object({ "dev.entente/error": z.object({ code: z.string(), details: z.record(z.string(), z.unknown()) }) });
const factsSchema = z.object({ _meta: z.object({ "dev.entente/progress": z.record(z.string(), z.json()) }) });
const longestCallMs = 24 * 3_600_000;

/** Reaches the hub of a configuration. */
export async function openSession(config: Config): Promise<Session> {
  const running = await runningHub(config.values["data.dir"]);
  return running ? connect(running.url, readToken(config)) : embed(config);
}

/** The token of the data folder (or ENTENTE_TOKEN). */
export function readToken(config: Config): string {
  return process.env.ENTENTE_TOKEN ?? readFileSync(join(config.values["data.dir"], "keys", "token"), "utf8").trim();
}

/**
 * Where a hub of this configuration is reached once it is served: what its agents' addresses begin with meanwhile. Empty where
 * the port will be a free one, which nobody knows yet; the addresses are paths then.
 */
export function addressWhenServed({ values }: Config): string {
  const { "http.publicUrl": publicUrl, "http.host": host, "http.port": port } = values;
  if (publicUrl !== "") return publicUrl;
  return port === 0 ? "" : `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

async function connect(url: string, token: string): Promise<Session> {
  // Only a command that talks to a running hub needs the client.
  const { Client, StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
  const client = new Client({ name: "entente-cli", version: "1" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  await client.connect(
    new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit: { headers: { authorization: `Bearer ${token}` } } }),
  );
  return {
    url,
    call: async (name, input, { signal, progress } = {}) => {
      const result = await client.callTool(
        { name, arguments: { ...input } },
        {
          timeout: longestCallMs,
          ...(signal ? { signal } : {}),
          ...(progress
            ? {
                onprogress: (step) => {
                  const told = factsSchema.safeParse(step);
                  progress({
                    done: step.progress,
                    total: step.total,
                    ...(step.message ? { message: step.message } : {}),
                    ...(told.success ? { facts: told.data._meta["dev.entente/progress"] } : {}),
                  });
                },
              }
            : {}),
        },
      );
      if (!result.isError) return { ...(result.structuredContent as Record<string, unknown>) }; // why: every tool of the hub has an object as output
      const error = errorSchema.safeParse(result._meta);
      const text = result.content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
      const code = error.success ? error.data["dev.entente/error"].code : "INTERNAL";
      throw new EntenteError(
        code,
        400,
        text.replace(`${code}: `, ""),
        error.success ? error.data["dev.entente/error"].details : {},
      );
    },
    tools: async () => (await client.listTools()).tools,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

async function embed(config: Config): Promise<Session> {
  const hub = await openHub({ config });
  await hub.addAgents(addressWhenServed(config));
  return {
    url: undefined,
    call: (tool, input, options = {}) =>
      hub.dispatcher.call(tool, input, { principal: operator, signal: options.signal, progress: options.progress }),
    tools: async () => hub.dispatcher.catalogue.listed,
    [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose](),
  };
}
