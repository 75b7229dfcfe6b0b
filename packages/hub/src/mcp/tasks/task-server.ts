import { type JSONRPCRequest, type Result, Server, type ServerContext } from "@modelcontextprotocol/server";
import type { Tool } from "../../base/tool.ts";

/** Thrown by the handler of `tools/call` to answer with a task in place of a tool's result. */
export class TaskBegun extends Error {
  override readonly name = "TaskBegun";
  readonly result: Result;

  constructor(result: Result) {
    super("the call began a task");
    this.result = result;
  }
}

/** What an era's tasks do around a call of a tool. */
export interface CallTasks {
  /** Before it. Throws the era's error when the client may not call the tool in this way. */
  readonly check: (tool: Tool, params: object, ctx: ServerContext) => void;
  /** After it: the answer in place of the tool's result, where the client takes the task for it. */
  readonly begin: (
    tool: Tool,
    params: object,
    output: Readonly<Record<string, unknown>>,
    ctx: ServerContext,
  ) => Promise<Result | undefined>;
}

type Handler = (request: JSONRPCRequest, ctx: ServerContext) => Promise<Result>;

/** The SDK's server, which would check a task as if it were a tool's result; this hook is how it lets one pass by the check. */
export class TaskServer extends Server {
  protected override _wrapHandler(method: string, handler: Handler): Handler {
    const checked = super._wrapHandler(method, handler);
    if (method !== "tools/call") return checked;
    return async (request, ctx) => {
      try {
        return await checked(request, ctx);
      } catch (thrown) {
        if (thrown instanceof TaskBegun) return thrown.result;
        throw thrown;
      }
    };
  }
}
