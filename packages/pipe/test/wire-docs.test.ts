// docs/reference/pipe.md against the code: its examples byte for byte, its tables of kinds and close codes, and the README's table of bindings.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { refusalCodes } from "../src/connection/greeting.ts";
import { closeCodes, type Frame } from "../src/frame.ts";
import { BodyCodec } from "../src/wire/body.ts";
import { creditOf, toWire } from "../src/wire/frame-bytes.ts";
import { Header, headerBytes, kinds } from "../src/wire/header.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/reference/pipe.md"), "utf8");
const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

function bytesOf(frame: Frame, sequence: number, codec: BodyCodec): Buffer {
  const header = new Header();
  const packed = "body" in frame ? { ...frame, body: codec.pack(frame.body) } : frame;
  const body = toWire(packed, header);
  header.pipe = 1;
  header.sequence = sequence;
  const head = Buffer.alloc(headerBytes);
  header.write(new DataView(head.buffer, head.byteOffset, headerBytes), 0);
  return Buffer.concat([head, creditOf(packed) ?? Buffer.alloc(0), body]);
}

test("the examples are what the code writes", () => {
  const codec = new BodyCodec("records", 4_000_000);
  const call = {
    kind: "call",
    interfaceId: 0,
    ordinal: 7,
    stream: false,
    deadlineMs: 0,
    messages: 0,
    bytes: 0,
    size: 0,
  } as const;
  const open = Buffer.alloc(headerBytes);
  const header = new Header().set(kinds.open, 0, 0, 0, 0, 0, 0);
  [header.pipe, header.sequence] = [1, 1];
  header.write(new DataView(open.buffer, open.byteOffset, headerBytes), 0);
  const written: Readonly<Record<string, Buffer>> = {
    open,
    hello: bytesOf({ kind: "hello", protocol: 1, messages: 256, bytes: 1_048_576, calls: 256 }, 2, codec),
    call: bytesOf({ ...call, id: 1, deadlineMs: 500, body: { a: 1, b: "hi" } }, 3, codec),
    again: bytesOf({ ...call, id: 2, body: { a: 64, b: "" } }, 4, codec),
    stream: bytesOf({ ...call, id: 3, ordinal: 8, stream: true, messages: 128, bytes: 524_288, body: undefined }, 5, codec),
    reply: bytesOf({ kind: "reply", id: 1, size: 3, body: Uint8Array.of(1, 2, 3) }, 2, codec),
    error: bytesOf({ kind: "error", id: 2, size: 0, error: { code: "NO_TEA", message: "no tea" } }, 3, codec),
    close: bytesOf({ kind: "close", code: "done", message: "bye", lastId: 3 }, 4, codec),
  };
  const examples = [...page.matchAll(/```hex (\w+)\n([^`]+)```/g)].map(([, name, hex]) => [name, hex!.replaceAll(/\s/g, "")]);
  assert.deepEqual(
    Object.fromEntries(examples),
    Object.fromEntries(Object.entries(written).map(([name, bytes]) => [name, bytes.toString("hex")])),
  );
});

test("the tables name every kind, every close code and every refusal, with their numbers", () => {
  const listed = [...page.matchAll(/^\| (\d+) \| (\w+) \|/gm)].flatMap(([, number, name]) =>
    Number(number) > 0 ? [[name, Number(number)]] : [],
  );
  const named = Object.fromEntries(listed.filter(([name]) => Object.hasOwn(kinds, String(name))));
  assert.deepEqual(named, { ...kinds });
  assert.ok(page.includes(`code: ${closeCodes.map((code, i) => `${i} ${code}`).join(", ")}`));
  assert.ok(page.includes(`code: ${refusalCodes.join(", ")}`));
});

test("the README's table of bindings names each file of src/bindings, and no other", () => {
  const table = readme.slice(readme.indexOf("## Bindings"), readme.indexOf("## Tests"));
  const listed = [...table.matchAll(/^\| `[^|]+ \| `[^|]+ \| \[([a-z-]+)\]/gm)].map(([, file]) => `${file}.ts`);
  const files = readdirSync(join(import.meta.dirname, "../src/bindings")).filter((name) => name.endsWith(".ts"));
  assert.deepEqual(listed.toSorted(), files.toSorted());
});
