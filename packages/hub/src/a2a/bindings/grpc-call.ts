/** What every gRPC call is before its operation is looked at: whose it is, until when its caller waits, and how it ends early. */
import { encodeGrpcStatusDetails } from "@a2a-js/sdk/errors/grpc";
import { type Deadline, Metadata } from "@grpc/grpc-js";
import type { Principal } from "../../base/tool.ts";
import type { OpenCalls } from "../../security/open-calls.ts";
import { securityErrors } from "../../security/token.ts";
import { grpcStatus, wireError } from "../errors.ts";
import type { Served } from "./http-call.ts";

/** Who may call. */
export interface GrpcAdmission {
  /** Who a token belongs to. Throws TOKEN_*. */
  readonly check: (headers: { readonly authorization?: string | undefined }) => Promise<Principal>;
  /** Ends calls whose client's token ends. */
  readonly calls: OpenCalls;
}

/** What the gRPC server stands on. */
export interface GrpcInput extends GrpcAdmission {
  readonly host: string;
  readonly port: number;
  readonly limitBytes: number;
  /** Finds an agent. Throws AGENT_UNKNOWN. */
  readonly served: (name: string) => Served;
}

/** What a call of grpc-js has in both its kinds. */
export interface AnyCall {
  readonly request: never;
  readonly metadata: Metadata;
  getDeadline(): Deadline;
  sendMetadata(metadata: Metadata): void;
  on(event: "cancelled", listener: () => void): unknown;
}

/** A call that was let in. */
export interface Admitted {
  readonly principal: Principal;
  /** Metadata as one text. */
  readonly header: (key: string) => string | undefined;
  /** Aborted when the caller is gone, or its token. */
  readonly signal: AbortSignal;
  /** Until when the caller waits, with time for the answer to get there. */
  readonly deadlineAt: number | undefined;
  /** Says that the call is over. */
  readonly over: () => void;
}

const answerMs = 100;

/** Lets a call in; `refuse` ends it with an error, whatever it is doing. Throws TOKEN_*. */
export async function admit(
  request: AnyCall,
  { check, calls }: GrpcAdmission,
  refuse: (thrown: unknown) => void,
): Promise<Admitted> {
  // Before anything is waited for: the event comes once.
  const gone = new AbortController();
  request.on("cancelled", () => gone.abort(new Error("the caller is gone")));
  const header = (key: string): string | undefined => request.metadata.get(key).map(String).join(",") || undefined;
  const moment = calls.moment();
  const principal = await check({ authorization: header("authorization") });
  const over = calls.open(principal, moment, () => {
    const error = securityErrors.TOKEN_WRONG({});
    refuse(error);
    gone.abort(error);
  });
  const deadline = request.getDeadline();
  const latest = deadline instanceof Date ? deadline.getTime() : deadline;
  const deadlineAt = Number.isFinite(latest) ? latest - answerMs : undefined;
  return { principal, header, signal: gone.signal, deadlineAt, over };
}

/** A gRPC status for anything thrown. */
export function statusOf(thrown: unknown): { code: number; details: string; metadata: Metadata } {
  const { status, message, reason } = wireError(thrown);
  const code = grpcStatus[status];
  const metadata = new Metadata();
  if (reason) metadata.set("grpc-status-details-bin", encodeGrpcStatusDetails(code, message, reason));
  return { code, details: message, metadata };
}

/** Resolves when a stream takes more, or its call is over. */
export function drained(stream: { once(event: "drain", listener: () => void): unknown }, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => resolve();
  stream.once("drain", done);
  if (signal.aborted) done();
  else signal.addEventListener("abort", done, { once: true });
  return promise;
}
