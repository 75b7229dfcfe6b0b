/**
 * The hub's tools over MCP, protocol 2026-07-28: every request is one POST that stands alone, answered by JSON or by an
 * event stream whose last message is the response. The session cookie of the console link travels by itself.
 */

const protocolVersion = "2026-07-28";

/** A refusal of the hub, or of the way to it. `code` is stable (docs/reference/errors.md); `status` is the HTTP one. */
export class HubError extends Error {
  readonly code: string;
  readonly status: number;
  readonly help: string | undefined;

  constructor(code: string, message: string, status: number, help?: string) {
    super(message);
    this.name = "HubError";
    this.code = code;
    this.status = status;
    this.help = help;
  }
}

/** A tool as `tools/list` describes it. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly annotations?: {
    readonly readOnlyHint?: boolean;
    readonly destructiveHint?: boolean;
    readonly idempotentHint?: boolean;
  };
}

/** The part of JSON Schema that the console reads. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

interface Answer {
  readonly error?: { readonly code: number; readonly message: string };
  readonly result?: {
    readonly isError?: boolean;
    readonly structuredContent?: unknown;
    readonly content?: readonly { readonly text?: string }[];
    readonly tools?: readonly ToolDescription[];
    readonly nextCursor?: string;
    readonly _meta?: { readonly "dev.entente/error"?: { readonly code: string; readonly help?: string } };
  };
}

/** Calls a tool; resolves to its structured result. Throws HubError: the tool's code, TOKEN_*, or HUB_UNREACHABLE. */
export async function callTool<T>(name: string, input: object, signal?: AbortSignal): Promise<T> {
  const answer = await request("tools/call", { name, arguments: input }, { "mcp-name": name }, signal);
  const { result } = answer;
  if (result?.isError) {
    const told = result._meta?.["dev.entente/error"];
    const code = told?.code ?? "TOOL_FAILED";
    const text = result.content?.[0]?.text ?? "the tool failed without a reason";
    throw new HubError(code, text.startsWith(`${code}: `) ? text.slice(code.length + 2) : text, 200, told?.help);
  }
  return result?.structuredContent as T; // why: the hub checked it against the tool's output schema
}

/** Every tool of the hub, sorted by name. */
export async function listTools(signal?: AbortSignal): Promise<readonly ToolDescription[]> {
  const tools: ToolDescription[] = [];
  let cursor: string | undefined;
  do {
    const { result } = await request("tools/list", cursor === undefined ? {} : { cursor }, {}, signal);
    tools.push(...(result?.tools ?? []));
    cursor = result?.nextCursor;
  } while (cursor !== undefined);
  return tools.sort((a, b) => (a.name < b.name ? -1 : 1));
}

let lastId = 0;

async function request(method: string, params: object, headers: Record<string, string>, signal?: AbortSignal): Promise<Answer> {
  lastId += 1;
  const meta = {
    "io.modelcontextprotocol/protocolVersion": protocolVersion,
    "io.modelcontextprotocol/clientInfo": { name: "entente-console", version: "0.1.0" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  let response: Response;
  try {
    response = await fetch("/mcp", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": protocolVersion,
        "mcp-method": method,
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: lastId, method, params: { ...params, _meta: meta } }),
      ...(signal ? { signal } : {}),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new HubError("HUB_UNREACHABLE", "the hub does not answer; it may have been stopped", 0);
  }
  const text = await response.text();
  const answer = readAnswer(text, response.headers.get("content-type") ?? "");
  // An error of the front is {error: {code: "TOKEN_MISSING", …}}; one of MCP is {error: {code: -32602, …}}.
  if (answer?.error) throw new HubError(String(answer.error.code), answer.error.message, response.status);
  if (!response.ok || !answer)
    throw new HubError(`HTTP_${response.status}`, `the hub answered ${response.status}`, response.status);
  return answer;
}

/** The JSON-RPC response in a body: the body itself, or the last response in an event stream. Pure. */
export function readAnswer(body: string, contentType: string): Answer | undefined {
  try {
    if (!contentType.startsWith("text/event-stream")) return JSON.parse(body);
    for (const frame of body.split(/\r?\n\r?\n/).reverse()) {
      const data = frame
        .split(/\r?\n/)
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(5).trimStart())
        .join("\n");
      const message: Answer | undefined = data ? JSON.parse(data) : undefined;
      if (message?.result || message?.error) return message;
    }
  } catch {
    // Not JSON: the caller tells the status instead.
  }
  return undefined;
}
