import type { CallOptions, Target } from "./call.ts";
import type { Endpoint } from "./endpoint.ts";
import { PipeError } from "./errors.ts";
import type { CallerInput, CallerOutput, Interface, Method, Methods } from "./interface.ts";
import { RemoteStream } from "./remote-stream.ts";
import { type Checked, check, type Schema } from "./schema.ts";
import { dropEnds } from "./unwanted.ts";

type Arguments<M extends Method> =
  undefined extends CallerInput<M>
    ? [input?: CallerInput<M>, options?: CallOptions]
    : [input: CallerInput<M>, options?: CallOptions];

/** The typed client of an interface: a call gives a promise, a stream an async iterable that is read once. */
export type Remote<M extends Methods> = {
  readonly [K in keyof M]: M[K]["kind"] extends "stream"
    ? (...args: Arguments<M[K]>) => RemoteStream<CallerOutput<M[K]>>
    : (...args: Arguments<M[K]>) => Promise<CallerOutput<M[K]>>;
};

/** Whether schemas are run. Left out: on, except on a trusted endpoint. A schema that is skipped fills in no defaults either. */
export interface ValidationOptions {
  readonly validate?: boolean | undefined;
}

/**
 * A typed client for what the peer serves. Inputs are checked over there, outputs here (`OUTPUT_INVALID`).
 *
 *     const client = remote(endpoint, solver);
 *     const answer = await client.solve({ q }, { deadlineMs: 500, signal });
 *     for await (const sample of client.samples({ q })) show(sample);
 */
export function remote<M extends Methods>(endpoint: Endpoint, iface: Interface<M>, options: ValidationOptions = {}): Remote<M> {
  const validate = options.validate ?? !endpoint.trusted;
  const client: Record<string, unknown> = Object.create(null);
  for (const [name, method] of Object.entries(iface.methods)) {
    const target: Target = { interfaceId: iface.id, ordinal: method.ordinal, kind: method.kind, label: `${iface.name}.${name}` };
    const schema = validate ? method.output : undefined;
    client[name] = method.kind === "stream" ? streamer(endpoint, target, schema) : caller(endpoint, target, schema);
  }
  return Object.freeze(client) as Remote<M>; // why: built method by method from M
}

function caller(endpoint: Endpoint, target: Target, schema: Schema | undefined) {
  if (schema === undefined) return (input: unknown, options?: CallOptions) => endpoint.request(target, input, options);
  return async (input: unknown, options?: CallOptions) => {
    const body = await endpoint.request(target, input, options);
    return accept(target, body, await check(schema, body));
  };
}

function streamer(endpoint: Endpoint, target: Target, schema: Schema | undefined) {
  const checkItem = schema === undefined ? undefined : async (body: unknown) => accept(target, body, await check(schema, body));
  return (input: unknown, options?: CallOptions) => new RemoteStream(endpoint, target, input, options, checkItem);
}

function accept(target: Target, body: unknown, checked: Checked): unknown {
  if ("issues" in checked) {
    dropEnds(body);
    throw new PipeError("OUTPUT_INVALID", { call: target.label, issues: checked.issues });
  }
  return checked.value;
}
