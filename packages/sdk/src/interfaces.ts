/**
 * What an agent and its hub say to each other over a pipe: three interfaces on one endpoint, in one order.
 * docs/reference/sdk.md describes them for other languages. Ordinals are never changed or reused.
 */
import { defineInterface, unchecked } from "@entente/pipe";
import { z } from "zod";
import type { Json } from "./agent.ts";
import { ballotActSchema, ballotCallSchema, bidActSchema, bidCallSchema } from "./assembly.ts";
import { actSchema, turnSchema } from "./negotiation.ts";

const json: z.ZodType<Json> = z.json();
const object = z.record(z.string(), json);

const part = z.object({
  text: z.string().optional(),
  raw: z.string().optional(),
  url: z.string().optional(),
  data: json.optional(),
  filename: z.string().optional(),
  mediaType: z.string().optional(),
});
const parts = z.array(part);

/** An agent's own description, as it joins. `bids` says that it answers calls for proposals, `negotiates` that it bargains, `votes` and `auctions` that it takes part in those. */
export const joinSchema = z.object({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "wanted lower-case words joined by dashes")
    .max(48),
  description: z.string().min(1).max(2000),
  skills: z
    .array(
      z.object({
        id: z.string().min(1).max(64),
        name: z.string().min(1).max(100),
        description: z.string().min(1).max(2000),
        tags: z.array(z.string().max(64)).max(32).optional(),
        examples: z.array(z.string().max(500)).max(16).optional(),
      }),
    )
    .min(1)
    .max(64),
  restart: z.enum(["fail", "rerun"]).default("fail"),
  bids: z.boolean(),
  negotiates: z.boolean().default(false),
  votes: z.boolean().default(false),
  auctions: z.boolean().default(false),
});

/** What the hub is told when an agent joins. */
export type Join = z.output<typeof joinSchema>;

/** The door: the first call on a connection that is not the operator's own says who comes. */
export const doorInterface = defineInterface({
  name: "entente.door",
  version: 1,
  id: 1,
  methods: {
    enter: {
      ordinal: 1,
      kind: "call",
      input: z.object({ token: z.string().optional() }),
      output: z.object({ principal: z.string(), version: z.string(), url: z.string() }),
    },
  },
});

/** One item of a tool call: how far it is, and in the end what came of it. */
export const toolStepSchema = z.union([
  z.object({ result: object }),
  z.object({
    progress: z.object({
      done: z.number(),
      total: z.number().optional(),
      unit: z.string().optional(),
      message: z.string().optional(),
    }),
  }),
]);

/** What the hub serves: its tools, and a place for agents. */
export const hubInterface = defineInterface({
  name: "entente.hub",
  version: 1,
  id: 2,
  methods: {
    callTool: {
      ordinal: 1,
      kind: "stream",
      input: z.object({ tool: z.string(), input: object, agent: z.string().optional() }),
      output: toolStepSchema,
    },
    listTools: {
      ordinal: 2,
      kind: "call",
      output: z.array(z.object({ name: z.string(), description: z.string(), inputSchema: object, outputSchema: object })),
    },
    join: { ordinal: 3, kind: "call", input: joinSchema, output: z.object({ url: z.string() }) },
  },
});

/** What a running task says: a status, a piece of the result, a question, and last how it ended. */
export const taskStepSchema = z.union([
  z.object({ status: z.string() }),
  z.object({ artifact: z.object({ name: z.string(), parts, last: z.boolean().optional() }) }),
  z.object({ ask: z.object({ question: z.string(), data: json.optional() }) }),
  z.object({ done: z.object({ text: z.string(), data: json.optional(), cost: z.number().min(0).optional() }) }),
]);

/** One step of a running task. */
export type TaskStep = z.output<typeof taskStepSchema>;

const bid = z.object({
  price: z.number().min(0),
  promisedMs: z.number().positive(),
  quality: z.number().min(0).max(1),
  reason: z.string(),
});

/** What a joined agent serves to its hub. A task is a stream; leaving the stream cancels the task. */
export const hostInterface = defineInterface({
  name: "entente.host",
  version: 1,
  id: 3,
  methods: {
    run: {
      ordinal: 1,
      kind: "stream",
      input: z.object({ agent: z.string(), task: z.object({ id: z.string(), contextId: z.string(), parts }) }),
      output: taskStepSchema,
    },
    answer: { ordinal: 2, kind: "call", input: z.object({ agent: z.string(), task: z.string(), parts }) },
    bid: {
      ordinal: 3,
      kind: "call",
      input: z.object({
        agent: z.string(),
        call: z.object({ negotiation: z.string(), skill: z.string(), job: object, replyBy: z.number() }),
      }),
      output: z.object({ bid: bid.optional() }),
    },
    negotiate: { ordinal: 4, kind: "call", input: z.object({ agent: z.string(), turn: turnSchema }), output: actSchema },
    vote: { ordinal: 5, kind: "call", input: z.object({ agent: z.string(), call: ballotCallSchema }), output: ballotActSchema },
    auction: { ordinal: 6, kind: "call", input: z.object({ agent: z.string(), call: bidCallSchema }), output: bidActSchema },
  },
});

/** What an A2A call brings. `after` (SubscribeToTask) is the number of the last event the caller has. */
export interface A2aCall {
  readonly agent: string;
  readonly params: { readonly [key: string]: Json };
  readonly extensions?: readonly string[] | undefined;
  readonly after?: number | undefined;
}

/** An item of an A2A stream: a StreamResponse and its number in its task. */
export interface A2aEvent {
  readonly number?: number | undefined;
  readonly event: { readonly [key: string]: Json };
}

// The parameters are A2A's own and are read field by field where they are used, so only the envelope is looked at here: walking
// every message twice was a third of what a call costs.
const call = {
  parse(value: unknown): A2aCall {
    const { agent, params, extensions, after } = asObject(value, "a call");
    if (typeof agent !== "string") throw new TypeError("agent: wanted a name");
    asObject(params, "params");
    if (extensions !== undefined && !(Array.isArray(extensions) && extensions.every((uri) => typeof uri === "string")))
      throw new TypeError("extensions: wanted a list of URIs");
    if (after !== undefined && !(Number.isSafeInteger(after) && Number(after) >= 0))
      throw new TypeError("after: wanted the number of an event");
    return value as A2aCall; // why: each member was looked at above; what the parameters hold is read where they are used
  },
};
const event = {
  parse(value: unknown): A2aEvent {
    asObject(asObject(value, "an item").event, "event");
    return value as A2aEvent; // why: looked at above
  },
};
const answer = { kind: "call", input: call, output: unchecked<Json>() } as const;
const events = { kind: "stream", input: call, output: event } as const;

function asObject(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError(`wanted ${what} as an object`);
  return value as Readonly<Record<string, unknown>>; // why: an object that is no array
}

/**
 * A2A over a pipe: the custom binding `https://entente.dev/a2a/pipe/v1`. Parameters, results and events are the ProtoJSON
 * objects of A2A 1.0; errors carry the hub's code, and A2A's reason in `details.reason`.
 */
export const a2aInterface = defineInterface({
  name: "entente.a2a",
  version: 1,
  id: 4,
  methods: {
    SendMessage: { ordinal: 1, ...answer },
    SendStreamingMessage: { ordinal: 2, ...events },
    GetTask: { ordinal: 3, ...answer },
    ListTasks: { ordinal: 4, ...answer },
    CancelTask: { ordinal: 5, ...answer },
    SubscribeToTask: { ordinal: 6, ...events },
    CreateTaskPushNotificationConfig: { ordinal: 7, ...answer },
    GetTaskPushNotificationConfig: { ordinal: 8, ...answer },
    ListTaskPushNotificationConfigs: { ordinal: 9, ...answer },
    DeleteTaskPushNotificationConfig: { ordinal: 10, ...answer },
    GetExtendedAgentCard: { ordinal: 11, ...answer },
  },
});

/** The URI of A2A over a pipe, as it stands in agent cards. */
export const a2aPipeBinding = "https://entente.dev/a2a/pipe/v1";
