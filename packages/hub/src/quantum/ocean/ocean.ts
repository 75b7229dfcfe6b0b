/**
 * The Ocean bridge as the hub holds it: one Python process, spoken to over stdio by the official MCP client. The first call starts it,
 * it ends after a time without calls, and the next call replaces one that died. A call that is cancelled cannot be stopped inside
 * Python, so the process is ended when no other call is under way; what it kept goes with it.
 */
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { getDefaultEnvironment, StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { ConfigValues } from "../../base/config-keys.ts";
import { type ToolContext, toolsOf } from "../../base/tool.ts";
import { version } from "../../base/version.ts";
import { bridgeFolder } from "./bridge-folder.ts";
import { type Installed, OceanEnvironment } from "./environment.ts";
import { oceanErrors } from "./errors.ts";
import { LastLines } from "./last-lines.ts";

/** What the bridge stands on. */
export interface OceanInput {
  readonly values: ConfigValues;
  readonly dataFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The bridge as it is now. */
export interface OceanStanding {
  readonly installed: boolean;
  readonly readyMade: boolean;
  readonly running: boolean;
  readonly python: string;
  readonly requirements: readonly string[];
}

interface Running {
  readonly client: Client;
  readonly transport: StdioClientTransport;
  readonly last: LastLines;
  closed: boolean;
}

// The signal of a call is its limit; the client's own must not come before it.
const noTimeoutMs = 2 ** 31 - 1;
// A result has at most 8 MiB, and MCP carries it twice, once as text in a text.
const mostMessageBytes = 64 * 1024 * 1024;

/** See the head of this file. */
export class Ocean implements AsyncDisposable {
  readonly #input: OceanInput;
  readonly #environment: OceanEnvironment;
  readonly #closing = new AbortController();
  #starting: Promise<Running> | undefined;
  #running: Running | undefined;
  #calls = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(input: OceanInput) {
    this.#input = input;
    const { values, dataFolder } = input;
    this.#environment = new OceanEnvironment({
      dataFolder,
      python: values["quantum.python"],
      ready: values["quantum.oceanPython"],
    });
  }

  /** Throws OCEAN_BRIDGE_MISSING. */
  standing(): OceanStanding {
    return {
      installed: this.#environment.isInstalled(),
      readyMade: this.#environment.isReadyMade,
      running: this.#running !== undefined,
      python: this.#environment.python,
      requirements: this.#environment.requirements(),
    };
  }

  /** The version of the Python that the configuration names. Throws PYTHON_MISSING. */
  pythonVersion(signal: AbortSignal): Promise<string> {
    return this.#environment.version(signal);
  }

  /** Installs the SDK unless it is there. Throws as `OceanEnvironment.install` does. */
  install({ signal, progress }: Pick<ToolContext, "signal" | "progress">): Promise<Installed> {
    const both = AbortSignal.any([signal, this.#closing.signal]);
    return this.#environment.install({ signal: both, progress }, () => this.#end());
  }

  /**
   * Calls a tool of the bridge, which is started where it does not run. Throws OCEAN_NOT_INSTALLED, PYTHON_MISSING, OCEAN_START_FAILED,
   * OCEAN_ENDED, the codes of the bridge, or the signal's reason.
   */
  async call(tool: string, input: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Record<string, unknown>> {
    signal.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    clearTimeout(this.#idle);
    this.#calls += 1;
    let running: Running | undefined;
    try {
      running = await this.#enter();
      const request = { name: tool, arguments: { ...input } };
      const result = await running.client.callTool(request, { signal, timeout: noTimeoutMs });
      const content = result.structuredContent ?? {};
      if (result.isError) throw failure(content, result.content);
      return content as Record<string, unknown>; // why: structured content is an object by MCP
    } catch (error) {
      if (signal.aborted && this.#calls === 1) await this.#kill();
      signal.throwIfAborted();
      if (running?.closed) throw oceanErrors.OCEAN_ENDED({ lines: running.last.all() }, { cause: error });
      throw error;
    } finally {
      this.#calls -= 1;
      if (this.#calls === 0) this.#idle = setTimeout(() => void this.#end(), this.#input.values["quantum.oceanIdleMs"]).unref();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#idle);
    this.#closing.abort(new Error("the hub is shutting down"));
    await this.#environment.settled();
    await this.#starting?.catch(() => undefined); // Its callers hear of it.
    await this.#end();
  }

  async #enter(): Promise<Running> {
    if (this.#running) return this.#running;
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #start(): Promise<Running> {
    if (!this.#environment.isInstalled()) throw oceanErrors.OCEAN_NOT_INSTALLED(undefined);
    const python = this.#environment.python;
    const transport = new StdioClientTransport({
      command: python,
      args: [join(bridgeFolder(), "server.py")],
      env: { ...getDefaultEnvironment(), ...leapEnvironment(this.#input) },
      stderr: "pipe",
      maxBufferSize: mostMessageBytes,
    });
    const running: Running = {
      client: new Client({ name: "entente", version }),
      transport,
      last: new LastLines(),
      closed: false,
    };
    transport.stderr?.on("data", (chunk: Buffer) => running.last.take(chunk.toString()));
    running.client.onclose = () => {
      running.closed = true;
      if (this.#running === running) this.#running = undefined;
    };
    try {
      await running.client.connect(transport, { signal: this.#closing.signal });
    } catch (error) {
      await running.client.close();
      if (error instanceof Error && "syscall" in error)
        throw oceanErrors.PYTHON_MISSING({ python, key: "quantum.oceanPython" }, { cause: error });
      throw oceanErrors.OCEAN_START_FAILED({ python, lines: running.last.all() }, { cause: error });
    }
    this.#running = running;
    return running;
  }

  // Asked politely, Python would finish its computation first.
  async #kill(): Promise<void> {
    const running = this.#running;
    if (running && !running.closed && running.transport.pid !== null) process.kill(running.transport.pid);
    await this.#end();
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.client.close();
  }
}

/** Declares a tool of the Ocean bridge. */
export const defineOceanTool = toolsOf<Ocean>();

/** Throws OCEAN_OPERATOR_ONLY. */
export function requireOperator({ principal }: Pick<ToolContext, "principal">): void {
  if (principal.kind !== "operator") throw oceanErrors.OCEAN_OPERATOR_ONLY({ principal: principal.id });
}

function failure(told: unknown, content: unknown): Error {
  const { code, message } = told as { readonly code?: unknown; readonly message?: unknown }; // why: read as unknown and looked at below
  const text = typeof message === "string" ? message : JSON.stringify(content);
  switch (code) {
    case "OCEAN_PATH_REFUSED":
    case "OCEAN_PATH_UNKNOWN":
    case "OCEAN_ARGUMENT_INVALID":
    case "OCEAN_HANDLE_UNKNOWN":
    case "OCEAN_HANDLES_FULL":
    case "OCEAN_RESULT_TOO_LARGE":
      return oceanErrors[code]({ message: text });
    default:
      return oceanErrors.OCEAN_CALL_FAILED({ message: text });
  }
}

// The bridge speaks to the same Leap as the hub: the hub's settings under D-Wave's names, over D-Wave's own.
function leapEnvironment({ values, environment }: OceanInput): Record<string, string> {
  const own = Object.entries(environment).filter(([name]) => name.startsWith("DWAVE_"));
  const file = values["leap.configFile"];
  const settings = [
    ["DWAVE_API_TOKEN", values["leap.token"]],
    ["DWAVE_API_ENDPOINT", values["leap.endpoint"]],
    ["DWAVE_API_REGION", values["leap.region"]],
    ["DWAVE_PROFILE", values["leap.profile"]],
    ["DWAVE_CONFIG_FILE", file === "none" ? "" : file],
  ].filter(([name, value]) => value !== "" || (name === "DWAVE_CONFIG_FILE" && file === "none"));
  return Object.fromEntries([...own, ...settings]);
}
