import type { CallContext } from "./call-context.ts";
import { CallError } from "./call-error.ts";
import type { Endpoint } from "./endpoint.ts";
import type { HandlerInput, HandlerOutput, Interface, Method, Methods } from "./interface.ts";
import type { ValidationOptions } from "./remote.ts";
import { type Checked, check, type Schema } from "./schema.ts";
import type { ServedMethod } from "./served.ts";
import { dropEnds } from "./unwanted.ts";

/** What serves an interface: a function for a call, a function that gives an async iterable (an async generator) for a stream. */
export type Implementation<M extends Methods> = {
  readonly [K in keyof M]: M[K]["kind"] extends "stream"
    ? (input: HandlerInput<M[K]>, context: CallContext) => AsyncIterable<HandlerOutput<M[K]>>
    : (input: HandlerInput<M[K]>, context: CallContext) => HandlerOutput<M[K]> | Promise<HandlerOutput<M[K]>>;
};

type Handler = (input: unknown, context: CallContext) => unknown;

/**
 * Serves an interface on an endpoint. A handler is never called with an input that its schema refuses: the caller gets `INPUT_INVALID`.
 * Throws `INTERFACE_TAKEN`. The answer stops serving; calls under way go on.
 *
 *     receive(endpoint, solver, {
 *       solve: async ({ q }, { signal }) => ({ energy: await anneal(q, signal) }),
 *       async *samples({ q }) { yield* draw(q); },
 *     });
 */
export function receive<M extends Methods>(
  endpoint: Endpoint,
  iface: Interface<M>,
  implementation: Implementation<M>,
  options: ValidationOptions = {},
): () => void {
  const validate = options.validate ?? !endpoint.trusted;
  const methods = new Map<number, ServedMethod>();
  for (const [name, method] of Object.entries(iface.methods)) {
    const handler = (implementation[name] as Handler).bind(implementation); // why: Implementation<M> has one for each method of M
    methods.set(method.ordinal, { kind: method.kind, run: validate ? checked(method, handler) : handler });
  }
  return endpoint.serve({ interfaceId: iface.id, name: iface.name, version: iface.version, methods });
}

function checked(method: Method, handler: Handler): Handler {
  const schema = method.input;
  if (schema === undefined)
    return (input, context) => {
      dropEnds(input);
      return handler(undefined, context);
    };
  if (method.kind === "stream") return (input, context) => checkedStream(schema, handler, input, context);
  return (input, context) => {
    const result = check(schema, input);
    if (result instanceof Promise) return result.then((late) => handler(accept(input, late), context));
    return handler(accept(input, result), context);
  };
}

async function* checkedStream(schema: Schema, handler: Handler, input: unknown, context: CallContext): AsyncGenerator<unknown> {
  const value = accept(input, await check(schema, input));
  yield* handler(value, context) as AsyncIterable<unknown>; // why: only stream methods come here
}

function accept(input: unknown, result: Checked): unknown {
  if ("issues" in result) {
    dropEnds(input);
    throw new CallError("INPUT_INVALID", `wanted an input that matches the schema; got ${result.issues}`, {
      issues: result.issues,
    });
  }
  return result.value;
}
