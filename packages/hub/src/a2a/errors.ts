/**
 * The errors of A2A 1.0.1 (specification sections 3.3.2, 5.4, 10.6 and 11.6): declared once like every area's, with what each
 * binding makes of them. Errors of other areas get the wire form of their status; the inside of an unexpected one stays inside.
 */
import { asEntenteError, defineErrors, type EntenteError } from "../base/errors.ts";

export const a2aErrors = defineErrors({
  AGENT_UNKNOWN: {
    status: 404,
    text: (d: { name: string; known: readonly string[] }) => `there is no agent "${d.name}"; this hub has ${d.known.join(", ")}`,
  },
  TASK_NOT_FOUND: { status: 404, text: (d: { task: string }) => `there is no task "${d.task}" of yours here` },
  PUSH_CONFIG_NOT_FOUND: {
    status: 404,
    text: (d: { task: string; config: string }) => `task "${d.task}" has no push configuration "${d.config}"`,
  },
  TASK_NOT_CANCELABLE: {
    status: 400,
    text: (d: { task: string; state: string }) => `task "${d.task}" cannot be cancelled any more: it is ${d.state}`,
  },
  PUSH_NOTIFICATION_NOT_SUPPORTED: {
    status: 400,
    text: (d: { agent: string }) => `"${d.agent}" sends no push notifications; poll GetTask or subscribe instead`,
  },
  UNSUPPORTED_OPERATION: { status: 400, text: (d: { problem: string }) => d.problem },
  CONTENT_TYPE_NOT_SUPPORTED: {
    status: 400,
    text: (d: { wanted: readonly string[]; got: string }) => `wanted content of type ${d.wanted.join(" or ")}; got ${d.got}`,
  },
  INVALID_AGENT_RESPONSE: {
    status: 500,
    text: (d: { agent: string; problem: string }) => `"${d.agent}" answered outside the protocol: ${d.problem}`,
  },
  EXTENDED_AGENT_CARD_NOT_CONFIGURED: {
    status: 400,
    text: (d: { agent: string }) => `"${d.agent}" says that it has an extended card, but none is set up`,
  },
  EXTENSION_SUPPORT_REQUIRED: {
    status: 400,
    text: (d: { missing: readonly string[] }) =>
      `this agent requires its callers to support ${d.missing.join(", ")}; name it in A2A-Extensions`,
  },
  VERSION_NOT_SUPPORTED: {
    status: 400,
    text: (d: { supported: readonly string[]; got: string }) =>
      `this interface speaks A2A ${d.supported.join(" and ")}; got A2A-Version ${d.got}`,
  },
  REQUEST_MALFORMED: { status: 400, text: (d: { problem: string }) => d.problem },
  ENVELOPE_INVALID: { status: 400, text: (d: { problem: string }) => `this is no JSON-RPC request: ${d.problem}` },
  METHOD_UNKNOWN: { status: 404, text: (d: { method: string }) => `there is no A2A method "${d.method}"` },
  TOO_MANY_TASKS: {
    status: 429,
    text: (d: { agent: string; limit: number }) =>
      `"${d.agent}" has a2a.liveTasks (${d.limit}) tasks that have not ended; send this one when some have`,
  },
  READER_TOO_SLOW: {
    status: 429,
    text: (d: { limit: number }) =>
      `more than a2a.streamBuffer (${d.limit}) events waited for this reader, so its stream was ended; subscribe to the task again`,
  },
});

/** What an error looks like on each wire. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  /** JSON-RPC error code. */
  readonly rpc: number;
  readonly http: number;
  /** Name of the gRPC status, as AIP-193 errors carry it. */
  readonly status: keyof typeof grpcStatus;
  /** Reason in google.rpc.ErrorInfo; undefined for errors that are not A2A's own. */
  readonly reason: string | undefined;
}

/** The numbers of the gRPC statuses we use. */
export const grpcStatus = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

type Row = Pick<WireError, "rpc" | "http" | "status" | "reason">;
const row = (rpc: number, http: number, status: WireError["status"], reason?: string): Row => ({ rpc, http, status, reason });

const own: Readonly<Record<string, Row>> = {
  TASK_NOT_FOUND: row(-32001, 404, "NOT_FOUND", "TASK_NOT_FOUND"),
  PUSH_CONFIG_NOT_FOUND: row(-32001, 404, "NOT_FOUND", "TASK_NOT_FOUND"),
  TASK_NOT_CANCELABLE: row(-32002, 400, "FAILED_PRECONDITION", "TASK_NOT_CANCELABLE"),
  PUSH_NOTIFICATION_NOT_SUPPORTED: row(-32003, 400, "FAILED_PRECONDITION", "PUSH_NOTIFICATION_NOT_SUPPORTED"),
  UNSUPPORTED_OPERATION: row(-32004, 400, "FAILED_PRECONDITION", "UNSUPPORTED_OPERATION"),
  CONTENT_TYPE_NOT_SUPPORTED: row(-32005, 400, "INVALID_ARGUMENT", "CONTENT_TYPE_NOT_SUPPORTED"),
  INVALID_AGENT_RESPONSE: row(-32006, 500, "INTERNAL", "INVALID_AGENT_RESPONSE"),
  EXTENDED_AGENT_CARD_NOT_CONFIGURED: row(-32007, 400, "FAILED_PRECONDITION", "EXTENDED_AGENT_CARD_NOT_CONFIGURED"),
  EXTENSION_SUPPORT_REQUIRED: row(-32008, 400, "FAILED_PRECONDITION", "EXTENSION_SUPPORT_REQUIRED"),
  VERSION_NOT_SUPPORTED: row(-32009, 400, "FAILED_PRECONDITION", "VERSION_NOT_SUPPORTED"),
  REQUEST_MALFORMED: row(-32602, 400, "INVALID_ARGUMENT", "INVALID_PARAMS"),
  METHOD_UNKNOWN: row(-32601, 404, "UNIMPLEMENTED"),
  ENVELOPE_INVALID: row(-32600, 400, "INVALID_ARGUMENT"),
  BODY_NOT_JSON: row(-32700, 400, "INVALID_ARGUMENT"),
};

const byStatus: Readonly<Record<number, Row>> = {
  400: row(-32602, 400, "INVALID_ARGUMENT"),
  401: row(-32600, 401, "UNAUTHENTICATED"),
  403: row(-32600, 403, "PERMISSION_DENIED"),
  404: row(-32602, 404, "NOT_FOUND"),
  405: row(-32601, 405, "UNIMPLEMENTED"),
  409: row(-32602, 409, "FAILED_PRECONDITION"),
  413: row(-32600, 413, "RESOURCE_EXHAUSTED"),
  429: row(-32603, 429, "RESOURCE_EXHAUSTED"),
  499: row(-32603, 499, "CANCELLED"),
  503: row(-32603, 503, "UNAVAILABLE"),
  504: row(-32603, 504, "DEADLINE_EXCEEDED"),
};
const unexpected = row(-32603, 500, "INTERNAL");

/** What any thrown value looks like on the wire. */
export function wireError(thrown: unknown): WireError {
  const error: EntenteError = asEntenteError(thrown);
  const message = error.code === "INTERNAL" ? "something failed inside the hub; its log says what" : error.message;
  return { code: error.code, message, ...(own[error.code] ?? byStatus[error.status] ?? unexpected) };
}

/** The google.rpc.ErrorInfo of an error that is A2A's own. */
export function errorInfo(error: WireError): readonly object[] {
  if (!error.reason) return [];
  return [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: error.reason, domain: "a2a-protocol.org" }];
}
