import assert from "node:assert/strict";
import { test } from "node:test";
import { ask } from "../wire.ts";
import { type House, withAgents } from "./clients.ts";

const json = { "content-type": "application/json" };

async function rpc(house: House, body: unknown, headers: Record<string, string> = json): Promise<Record<string, never>> {
  const answer = await ask(house.served.url, "/a2a/echo", {
    method: "POST",
    headers: { authorization: `Bearer ${house.token}`, ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  assert.equal(answer.status, 200);
  return JSON.parse(answer.body);
}

async function rest(house: House, method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const answer = await ask(house.served.url, `/a2a/echo/${path}`, {
    method,
    headers: { authorization: `Bearer ${house.token}`, ...(body === undefined ? {} : json), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, type: answer.headers["content-type"], body: JSON.parse(answer.body) };
}

const message = (parts: unknown) => ({ message: { messageId: "m", role: "ROLE_USER", parts } });
const call = (method: string, params?: unknown) => ({ jsonrpc: "2.0", id: 7, method, params });

test("JSON-RPC errors have the codes of the specification, keep the request's id and name the field", () =>
  withAgents(async (house) => {
    const cases: readonly (readonly [unknown, number, RegExp])[] = [
      ["{", -32700, /JSON/],
      [[call("GetTask", { id: "x" })], -32600, /one JSON-RPC request/],
      [{ ...call("GetTask"), jsonrpc: "1.0" }, -32600, /jsonrpc/],
      [{ ...call("GetTask"), id: { a: 1 } }, -32600, /id: wanted/],
      [call("Nothing", {}), -32601, /Nothing/],
      [call("GetTask", []), -32602, /parameters: wanted an object/],
      [call("GetTask", {}), -32602, /^id: wanted/],
      [call("GetTask", { id: "x", historyLength: -1 }), -32602, /historyLength/],
      [call("GetTask", { id: "x" }), -32001, /no task "x"/],
      [call("SendMessage", {}), -32602, /message: wanted an object, got nothing/],
      [call("SendMessage", message([])), -32602, /message\.parts: wanted at least one/],
      [call("SendMessage", message([{}])), -32602, /message\.parts\[0\]: wanted exactly one of/],
      [call("SendMessage", message([{ text: "a", url: "b" }])), -32602, /got "text and url"/],
      [call("SendMessage", message([{ text: 1 }])), -32602, /message\.parts\[0\]\.text: wanted a string, got 1/],
      [call("SendMessage", message([{ raw: "not base64!" }])), -32602, /base64/],
      [
        call("SendMessage", { message: { role: "ROLE_BOSS", messageId: "m", parts: [{ text: "a" }] } }),
        -32602,
        /ROLE_USER, ROLE_AGENT/,
      ],
      [call("SendMessage", message([{ data: nested(150) }])), -32602, /at most 100 levels/],
      [call("ListTasks", { status: "DONE" }), -32602, /TASK_STATE_COMPLETED/],
      [call("ListTasks", { statusTimestampAfter: "yesterday" }), -32602, /ISO 8601/],
      [call("GetExtendedAgentCard"), -32004, /no extended card/],
      [
        call("CreateTaskPushNotificationConfig", { taskId: "x", url: "https://a.example", authentication: { scheme: "a b" } }),
        -32602,
        /scheme/,
      ],
    ];
    for (const [body, code, says] of cases) {
      const answer: { id?: unknown; error?: { code: number; message: string } } = await rpc(house, body);
      assert.equal(answer.error?.code, code, JSON.stringify(answer));
      assert.match(answer.error?.message ?? "", says);
      const keepsId = typeof body === "object" && !Array.isArray(body) && code !== -32600;
      if (keepsId) assert.equal(answer.id, 7);
    }
    const missing: { error?: { data?: unknown } } = await rpc(house, call("GetTask", { id: "x" }));
    assert.deepEqual(missing.error?.data, [
      { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "TASK_NOT_FOUND", domain: "a2a-protocol.org" },
    ]);
    const typed: { error?: { code: number } } = await rpc(house, "{}", { "content-type": "text/plain" });
    assert.equal(typed.error?.code, -32005);
    const future: { error?: { code: number } } = await rpc(house, call("GetTask", { id: "x" }), {
      ...json,
      "a2a-version": "9.1",
    });
    assert.equal(future.error?.code, -32009);
  }));

test("a member may be spelled as in the .proto file, enums may be numbers, and unknown members are left out", () =>
  withAgents(async (house) => {
    const answer: { result?: { task: { history: { extra?: unknown; role: string }[]; contextId: string } } } = await rpc(
      house,
      call("SendMessage", {
        message: { message_id: "m", role: 1, context_id: "c-1", parts: [{ text: "a" }], extra: true },
        configuration: { return_immediately: false, history_length: "1" },
      }),
    );
    assert.equal(answer.result?.task.contextId, "c-1");
    assert.equal(answer.result?.task.history.length, 1);
    assert.equal(answer.result?.task.history[0]?.role, "ROLE_USER");
    assert.equal(answer.result?.task.history[0]?.extra, undefined);
  }));

test("HTTP+JSON errors follow AIP-193 and paths answer their methods only", () =>
  withAgents(async (house) => {
    const missing = await rest(house, "GET", "tasks/x");
    assert.equal(missing.status, 404);
    assert.equal(missing.type, "application/a2a+json");
    const details = [
      { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "TASK_NOT_FOUND", domain: "a2a-protocol.org" },
    ];
    assert.deepEqual(missing.body, {
      error: { code: 404, status: "NOT_FOUND", message: 'there is no task "x" of yours here', details },
    });
    for (const [method, path, body, status, name] of [
      ["POST", "message:send", "{", 400, "INVALID_ARGUMENT"],
      ["POST", "message:send", "{}", 400, "INVALID_ARGUMENT"],
      ["GET", "tasks?pageSize=0", undefined, 400, "INVALID_ARGUMENT"],
      ["GET", "tasks?status=DONE", undefined, 400, "INVALID_ARGUMENT"],
      ["POST", "tasks/x:cancel", "{}", 404, "NOT_FOUND"],
      ["GET", "tasks/x:subscribe", undefined, 404, "NOT_FOUND"],
      ["DELETE", "tasks/x", undefined, 405, "UNIMPLEMENTED"],
      ["GET", "nothing/here", undefined, 404, "NOT_FOUND"],
      ["GET", "extendedAgentCard", undefined, 400, "FAILED_PRECONDITION"],
    ] as const) {
      const answer = await rest(house, method, path, body);
      assert.equal(answer.status, status, `${method} ${path}: ${JSON.stringify(answer.body)}`);
      assert.equal(answer.body.error.status, name, `${method} ${path}`);
    }
    assert.equal(
      (await rest(house, "POST", "message:send", "{}", { "content-type": "text/plain" })).body.error.status,
      "INVALID_ARGUMENT",
    );
    assert.equal(
      (await rest(house, "GET", "tasks/x", undefined, { "a2a-version": "0.9" })).body.error.details[0].reason,
      "VERSION_NOT_SUPPORTED",
    );
    const made = await rest(house, "POST", "south/message:send", JSON.stringify(message([{ text: "hi" }])));
    assert.equal(made.status, 200);
    assert.equal((await rest(house, "GET", `south/tasks/${made.body.task.id}`)).body.id, made.body.task.id);
    assert.equal((await rest(house, "GET", `tasks/${made.body.task.id}`)).status, 404);
  }));

test("events of a stream are numbered, and a reader that names the last one it has gets those after it, also when the task ended", () =>
  withAgents(async (house) => {
    const authorised = { authorization: `Bearer ${house.token}` };
    const body = JSON.stringify(message([{ text: "3" }]));
    const stream = async (path: string, headers: Record<string, string>, init: { method?: string; body?: string } = {}) => {
      const answer = await ask(house.served.url, `/a2a/teller/${path}`, { headers: { ...authorised, ...headers }, ...init });
      return answer.body.split("\n\n").flatMap((frame) => {
        const id = /^id: (\d+)$/m.exec(frame)?.[1];
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        return data === undefined ? [] : [{ id: id === undefined ? undefined : Number(id), data: JSON.parse(data) }];
      });
    };
    const whole = await stream("message:stream", json, { method: "POST", body });
    assert.deepEqual(
      whole.map(({ id }) => id),
      [undefined, 1, 2, 3, 4, 5, 6],
    );
    const id = whole[0]?.data.task.id;
    const rest = await stream(`tasks/${id}:subscribe`, { "last-event-id": "4" });
    assert.deepEqual(rest, whole.slice(5));
  }));

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}
