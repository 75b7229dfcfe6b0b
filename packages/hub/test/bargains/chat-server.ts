/**
 * A stand-in for a Chat Completions server, written from OpenAI's published wire format: it refuses requests that are not of it, and answers
 * as a model of ours says, or fails as told. The official client of OpenAI takes its answers.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";

const bodySchema = z.strictObject({
  model: z.string(),
  messages: z.array(z.strictObject({ role: z.enum(["system", "user", "assistant"]), content: z.string().min(1) })).min(1),
  stream: z.literal(false).optional(),
  max_tokens: z.int().min(1).optional(),
  max_completion_tokens: z.int().min(1).optional(),
  temperature: z.number().min(0).max(2).optional(),
  response_format: z
    .discriminatedUnion("type", [
      z.strictObject({
        type: z.literal("json_schema"),
        json_schema: z.strictObject({
          name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
          strict: z.boolean(),
          schema: z.record(z.string(), z.unknown()),
        }),
      }),
      z.strictObject({ type: z.literal("json_object") }),
    ])
    .optional(),
});
type ChatBody = z.output<typeof bodySchema>;

/** A request as the server got it. */
export interface Asked {
  readonly headers: IncomingHttpHeaders;
  readonly body: ChatBody;
}

/** What the server does: says something, answers with a status, or misbehaves. */
export type Reply =
  | string
  | { readonly status: number; readonly error?: object; readonly headers?: Readonly<Record<string, string>> }
  | { readonly raw: string }
  /** Ends before it is done, for want of tokens. */
  | { readonly cut: string }
  /** Sends half of what it announced, and hangs up. */
  | { readonly half: string }
  | { readonly hang: true };

/** A running server. `url` is the base that a client wants. */
export interface ChatServer extends AsyncDisposable {
  readonly url: string;
  readonly asked: Asked[];
}

/** Starts one on loopback. `reply` is given the request and how many there were before it. */
export async function chatServer(reply: (asked: Asked, before: number) => Reply | Promise<Reply>): Promise<ChatServer> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    if (request.method !== "POST" || request.url !== "/v1/chat/completions")
      return send(response, 404, { error: { message: "Unknown path", type: "invalid_request_error", param: null, code: null } });
    const body = bodySchema.safeParse(JSON.parse(text));
    if (!body.success)
      return send(response, 418, { error: { message: z.prettifyError(body.error), type: "not_the_wire_format" } });
    asked.push({ headers: request.headers, body: body.data });
    const answer = await reply({ headers: request.headers, body: body.data }, asked.length - 1);
    if (typeof answer === "string") return send(response, 200, completion(body.data, answer));
    if ("status" in answer)
      return send(response, answer.status, { error: answer.error ?? refusal("server_error") }, answer.headers);
    if ("raw" in answer) return void response.writeHead(200, { "content-type": "application/json" }).end(answer.raw);
    if ("cut" in answer) return send(response, 200, completion(body.data, answer.cut, "length"));
    if ("half" in answer) {
      const whole = JSON.stringify(completion(body.data, answer.half));
      response.writeHead(200, { "content-type": "application/json", "content-length": whole.length });
      response.write(whole.slice(0, whole.length / 2), () => response.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  const { port } = server.address() as AddressInfo; // why: it listens on a port
  return {
    url: `http://127.0.0.1:${port}/v1`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** An error as the format has it. */
export function refusal(code: string, message = "It failed."): object {
  return { message, type: "invalid_request_error", param: null, code };
}

function completion({ model, messages }: ChatBody, content: string, finish_reason = "stop"): object {
  const prompt_tokens = Math.ceil(messages.reduce((sum, message) => sum + message.content.length, 0) / 4);
  const completion_tokens = Math.ceil(content.length / 4);
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_767_225_600,
    model,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content, refusal: null, annotations: [] },
        logprobs: null,
        finish_reason,
      },
    ],
    usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
  };
}

function send(response: ServerResponse, status: number, body: object, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

const table = z.object({
  you: z.string(),
  issues: z.array(
    z.object({
      name: z.string(),
      values: z.array(z.object({ value: z.string(), adds: z.number().optional(), forbidden: z.boolean().optional() })),
    }),
  ),
  limits: z.looseObject({ leastWorth: z.number().optional() }),
  time: z.looseObject({ passed: z.string() }),
  offers: z.array(z.looseObject({ by: z.string(), words: z.string().optional() })),
  standing: z.looseObject({ offer: z.record(z.string(), z.string()), worth: z.number().optional() }).nullable(),
});
export type Table = z.output<typeof table>;

/** The table that a model was shown. */
export function tableIn({ body }: Pick<Asked, "body">): Table {
  const shown = body.messages.find(({ role }) => role === "user")?.content ?? "";
  return table.parse(JSON.parse(shown.slice(shown.indexOf("{"), shown.lastIndexOf("}") + 1)));
}

/** A model with sense: it concedes over time, from its best deal to its limit, and takes what is as good as its next offer. */
export function sensible(asked: Pick<Asked, "body">): string {
  const { issues, limits, time, standing } = tableIn(asked);
  let deals: { readonly offer: Record<string, string>; readonly worth: number }[] = [{ offer: {}, worth: 0 }];
  for (const { name, values } of issues)
    deals = deals.flatMap(({ offer, worth }) =>
      values
        .filter(({ forbidden }) => !forbidden)
        .map(({ value, adds = 0 }) => ({ offer: { ...offer, [name]: value }, worth: worth + adds })),
    );
  deals.sort((a, b) => b.worth - a.worth);
  const [best] = deals;
  const least = limits.leastWorth ?? 0;
  const aim = least + ((best?.worth ?? 0) - least) * (1 - Number.parseFloat(time.passed) / 100);
  const next = deals.findLast(({ worth }) => worth >= aim) ?? best;
  if (standing && (standing.worth ?? 0) >= (next?.worth ?? 1))
    return JSON.stringify({ act: "accept", offer: null, text: "done" });
  return JSON.stringify({ act: "offer", offer: next?.offer, text: "my reservation is a secret" });
}
