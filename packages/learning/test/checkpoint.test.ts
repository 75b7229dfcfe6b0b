import assert from "node:assert/strict";
import { mkdtempDisposable, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { removePartial, writeFolderAtomically } from "../src/checkpoint/durable-file.ts";
import { fromHuggingFace, modelPresets, parameterCount, readSafetensors, toHuggingFace, writeSafetensors } from "../src/index.ts";

const folder = () => mkdtempDisposable(join(tmpdir(), "entente-checkpoint-"));

function fileOf(header: unknown, data: Uint8Array): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

test("tensors come back from a safetensors file bit for bit, in order, with their shapes", async () => {
  await using temporary = await folder();
  const file = join(temporary.path, "x.safetensors");
  const tensors = new Map([
    ["b", { shape: [2, 3], data: Float32Array.of(1, -0, Number.NaN, Infinity, 1e-45, 3.25) }],
    ["a", { shape: [], data: Float32Array.of(7) }],
    ["none", { shape: [0, 4], data: new Float32Array() }],
  ]);
  await writeSafetensors(file, tensors, { step: "3" });
  assert.deepEqual(await readSafetensors(file), tensors);
  assert.equal((await readFile(file)).readBigUInt64LE(0) % 8n, 0n);
});

test("bfloat16 and float16 tensors are read as float32", async () => {
  await using temporary = await folder();
  const file = join(temporary.path, "half.safetensors");
  const header = {
    x: { dtype: "BF16", shape: [2], data_offsets: [0, 4] },
    y: { dtype: "F16", shape: [2], data_offsets: [4, 8] },
  };
  // 1.0 and −2.5 in both formats.
  const data = new Uint8Array(Uint16Array.of(0x3f80, 0xc020, 0x3c00, 0xc100).buffer);
  await writeFile(file, fileOf(header, data));
  const read = await readSafetensors(file);
  assert.deepEqual(
    [...read.values()].map(({ data: values }) => [...values]),
    [
      [1, -2.5],
      [1, -2.5],
    ],
  );
});

test("files that lie about themselves are refused with SAFETENSORS_INVALID", async () => {
  await using temporary = await folder();
  const file = join(temporary.path, "bad.safetensors");
  const bad = [
    Buffer.from("short"),
    Buffer.concat([Buffer.from([255, 255, 255, 255, 255, 0, 0, 0]), Buffer.from("{}")]),
    fileOf([], new Uint8Array()),
    fileOf({ x: { dtype: "F32", shape: [2], data_offsets: [0, 8] } }, new Uint8Array(4)),
    fileOf({ x: { dtype: "F32", shape: [3], data_offsets: [0, 8] } }, new Uint8Array(8)),
    fileOf({ x: { dtype: "F32", shape: [-2], data_offsets: [0, 8] } }, new Uint8Array(8)),
    fileOf({ x: { dtype: "I64", shape: [1], data_offsets: [0, 8] } }, new Uint8Array(8)),
    fileOf({ x: null }, new Uint8Array()),
  ];
  for (const [i, bytes] of bad.entries()) {
    await writeFile(file, bytes);
    await assert.rejects(readSafetensors(file), { code: "SAFETENSORS_INVALID" }, `case ${i}`);
  }
});

test("a folder whose writing fails does not appear, and leaves nothing beside it", async () => {
  await using temporary = await folder();
  const target = join(temporary.path, "model");
  const failing = writeFolderAtomically(target, async (partial) => {
    await writeFile(join(partial, "half"), "x");
    throw new Error("disk full");
  });
  await assert.rejects(failing, /disk full/);
  assert.deepEqual(await readdir(temporary.path), []);
});

test("what a killed writer left is removed, and whole folders stay", async () => {
  await using temporary = await folder();
  await writeFolderAtomically(join(temporary.path, "step-00000001"), (partial) => writeFile(join(partial, "x"), "x"));
  await writeFile(join(temporary.path, "step-00000002.partial-77"), "half");
  await removePartial(temporary.path);
  assert.deepEqual(await readdir(temporary.path), ["step-00000001"]);
});

test("a config survives its Hugging Face spelling, and presets have the sizes they claim", () => {
  for (const preset of Object.values(modelPresets)) {
    const config = preset(2048);
    assert.deepEqual(fromHuggingFace(JSON.parse(JSON.stringify(toHuggingFace(config, { bos: 0, eos: 1 })))), config);
  }
  const beside = (name: keyof typeof modelPresets) => parameterCount(modelPresets[name](1)) / 1e6;
  assert.deepEqual(
    [beside("nano"), beside("micro"), beside("mini")].map((millions) => Math.round(millions * 10) / 10),
    [0.4, 2.9, 9.4],
  );
});

test("a config of a model that computes something else is refused with CONFIG_INVALID", () => {
  const json = toHuggingFace(modelPresets.nano(300), { bos: 0, eos: 1 });
  for (const change of [
    { model_type: "gpt2" },
    { hidden_act: "gelu" },
    { attention_bias: true },
    { num_attention_heads: 3 },
    { vocab_size: "x" },
  ]) {
    assert.throws(() => fromHuggingFace({ ...json, ...change }), { code: "CONFIG_INVALID" }, JSON.stringify(change));
  }
});
