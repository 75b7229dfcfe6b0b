/** What the HTTP bindings share: who calls which agent and how, bodies, and answers. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AgentCard } from "@a2a-js/sdk";
import type { Principal } from "../../base/tool.ts";
import { a2aErrors } from "../errors.ts";
import type { AgentService, Call } from "../service.ts";

/** An agent as bindings see it. */
export interface Served {
  readonly name: string;
  readonly service: AgentService;
  readonly card: AgentCard;
  /** URIs of the extensions on its card. */
  readonly extensions: readonly string[];
}

/** A header as one text; undefined when absent or empty. */
export function headerText(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return (Array.isArray(value) ? value.join(",") : value) || undefined;
}

/** Splits a list of extension URIs. */
export function extensionList(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  return [
    ...new Set(
      text
        .split(",")
        .map((uri) => uri.trim())
        .filter((uri) => uri !== ""),
    ),
  ];
}

/**
 * Checks A2A-Version against what an interface speaks; only major and minor count. A caller that names none is taken at
 * the word of the interface it calls, since those of different versions have different methods, paths and services.
 * Throws VERSION_NOT_SUPPORTED.
 */
export function checkVersion(asked: string | undefined, speaks: string): void {
  if (asked === undefined || asked.trim() === "") return;
  const [, major, minor] = /^\s*(\d+)\.(\d+)(?:\.\d+)?\s*$/.exec(asked) ?? [];
  if (`${major}.${minor}` !== speaks) throw a2aErrors.VERSION_NOT_SUPPORTED({ supported: [speaks], got: asked });
}

/** The call of an HTTP request. Its signal is made only for those who ask for it. */
export class HttpCall implements Call {
  readonly principal: Principal;
  readonly extensions: readonly string[];
  readonly tenant: string;
  readonly version: string;
  readonly deadlineAt = undefined;
  readonly after: number | undefined;
  readonly #response: ServerResponse;
  #controller: AbortController | undefined;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    principal: Principal,
    { version, tenant }: { version: string; tenant: string },
  ) {
    this.principal = principal;
    this.tenant = tenant;
    this.version = version;
    this.#response = response;
    this.extensions = extensionList(
      headerText(request, "a2a-extensions") ?? (version === "0.3" ? headerText(request, "x-a2a-extensions") : undefined),
    );
    const after = headerText(request, "last-event-id");
    this.after = after !== undefined && /^\d{1,15}$/.test(after) ? Number(after) : undefined;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = new AbortController();
      this.#controller = controller;
      const gone = (): void => {
        // Closed after its answer: nobody waits any more.
        if (!this.#response.writableFinished) controller.abort(new Error("the caller is gone"));
      };
      if (this.#response.closed) gone();
      else this.#response.once("close", gone);
    }
    return this.#controller.signal;
  }
}

/** Checks the Content-Type of a body. Throws CONTENT_TYPE_NOT_SUPPORTED. */
export function checkContentType(request: IncomingMessage, allowed: readonly string[]): void {
  const got = request.headers["content-type"];
  if (got === undefined) return;
  const media = got.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (!allowed.includes(media)) throw a2aErrors.CONTENT_TYPE_NOT_SUPPORTED({ wanted: allowed, got });
}

/** Says which of the extensions asked for are in force. */
export function tellExtensions(response: ServerResponse, call: Call, served: Served): void {
  if (call.extensions.length === 0) return;
  const active = call.extensions.filter((uri) => served.extensions.includes(uri));
  if (active.length > 0) response.setHeader(call.version === "0.3" ? "x-a2a-extensions" : "a2a-extensions", active.join(", "));
}

/** Answers with text that is JSON already. */
export function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) }).end(text);
}
