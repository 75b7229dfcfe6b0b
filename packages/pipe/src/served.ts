import type { CallContext } from "./call-context.ts";
import type { CallFrame } from "./frame.ts";
import type { WireError } from "./wire-error.ts";

/** One served method: `run` gives a value or a promise (call), or an async iterable (stream). */
export interface ServedMethod {
  readonly kind: "call" | "stream";
  readonly run: (input: unknown, context: CallContext) => unknown;
}

/** An interface being served on an endpoint. */
export interface Served {
  readonly interfaceId: number;
  readonly name: string;
  readonly version: number;
  readonly methods: ReadonlyMap<number, ServedMethod>;
}

/** Why a call cannot be dispatched: nothing is served under its interface, its ordinal, or in its kind. */
export function refusal(frame: CallFrame, served: Served | undefined, method: ServedMethod | undefined): WireError {
  const { interfaceId, ordinal } = frame;
  if (served === undefined)
    return {
      code: "INTERFACE_UNKNOWN",
      message: `wanted an interface that is served here; got id ${interfaceId}`,
      details: { interfaceId },
    };
  const { name, version } = served;
  if (method === undefined)
    return {
      code: "METHOD_UNKNOWN",
      message: `wanted a method of ${name} version ${version}; got ordinal ${ordinal}`,
      details: { interface: name, version, ordinal },
    };
  return {
    code: "KIND_MISMATCH",
    message: `wanted a ${method.kind} for ordinal ${ordinal} of ${name}; got a ${frame.stream ? "stream" : "call"}`,
    details: { interface: name, version, ordinal, kind: method.kind },
  };
}
