import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleInput, typeName } from "../src/hub/example-input.ts";
import { readAnswer } from "../src/hub/mcp.ts";

test("the answer to a call is read from a JSON body", () => {
  assert.deepEqual(readAnswer('{"result":{"structuredContent":1}}', "application/json"), { result: { structuredContent: 1 } });
});

test("the answer to a call is the last response in an event stream, whatever its notifications say", () => {
  const body = [
    'event: message\ndata: {"method":"notifications/progress","params":{"progress":1}}',
    'event: message\ndata: {"id":1,"result":{"isError":true}}',
    ": alive",
    "",
  ].join("\n\n");
  assert.deepEqual(readAnswer(body, "text/event-stream; charset=utf-8"), { id: 1, result: { isError: true } });
});

test("data that an event stream spreads over lines is one message", () => {
  assert.deepEqual(readAnswer('data: {"result":\r\ndata: {}}\r\n\r\n', "text/event-stream"), { result: {} });
});

test("a body that is no JSON is no answer", () => {
  assert.equal(readAnswer("<html>", "text/html"), undefined);
});

test("the first input of a tool holds the required keys, each of its type, and no other", () => {
  const schema = {
    type: "object",
    required: ["query", "criteria", "method"],
    properties: {
      query: { type: "string" },
      limit: { type: "integer" },
      method: { type: "string", enum: ["qubo", "greedy"] },
      criteria: { type: "object", required: ["price"], properties: { price: { type: "number" }, quality: { type: "number" } } },
    },
  };
  assert.deepEqual(exampleInput(schema), { query: "", criteria: { price: 1 }, method: "qubo" });
});

test("types are named in a word or two", () => {
  assert.equal(typeName({ type: "array", items: { type: "string" } }), "array of string");
  assert.equal(typeName({ anyOf: [{ type: "number" }, { type: "null" }] }), "number or null");
  assert.equal(typeName({ enum: ["a", "b"] }), 'one of "a", "b"');
});
