import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { z } from "zod";
import { withFront } from "./front.ts";

type Call = (
  name: string,
  input: Record<string, unknown>,
  options?: Parameters<Client["callTool"]>[1],
) => ReturnType<Client["callTool"]>;

function withClient(work: (call: Call) => Promise<void>): Promise<void> {
  return withFront({}, async ({ url, bearer }) => {
    const client = new Client({ name: "test", version: "1" });
    await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit: { headers: bearer } }));
    await work((name, input, options) => client.callTool({ name, arguments: input }, options));
    await client.close();
  });
}

const layers = ["a", "b", "c"].map((name) => ({
  name,
  options: [4, 8, 16].map((rank) => ({ name: `r${rank}`, cost: rank, value: Math.log2(rank) })),
}));

test("quantum_allocate says that adding values are exact, and who won where layers interact", () =>
  withClient(async (call) => {
    const answer = z.object({
      choice: z.array(z.object({ layer: z.string(), option: z.string() })),
      value: z.number(),
      cost: z.number(),
      provenance: z.object({
        method: z.string(),
        optimal: z.boolean(),
        greedyValue: z.number(),
        samplersValue: z.number().nullable(),
      }),
    });
    const plain = answer.parse((await call("quantum_allocate", { layers, budget: 24 })).structuredContent);
    assert.equal(plain.value, 9);
    assert.equal(plain.cost, 24);
    assert.deepEqual([plain.provenance.method, plain.provenance.optimal], ["exact", true]);
    const pairs = [
      { first: ["a", "r16"], second: ["c", "r4"], value: 5 },
      { first: ["a", "r16"], second: ["b", "r16"], value: 1 },
    ];
    const { structuredContent } = await call("quantum_allocate", { layers, pairs, budget: 24, seconds: 0.3 });
    const coupled = answer.parse(structuredContent);
    assert.equal(coupled.value, 13); // r16, r4, r4 and 5
    assert.ok(coupled.provenance.greedyValue <= 13 && coupled.provenance.samplersValue === 13);
    const refused = await call("quantum_allocate", { layers, budget: 11 });
    assert.match(JSON.stringify(refused.content), /ALLOCATION_INVALID.*at least 12/);
  }));

test("quantum_tune finds the best of a small space by asking and telling", () =>
  withClient(async (call) => {
    const answer = z.object({
      configurations: z.array(z.object({ rate: z.number(), kind: z.enum(["x", "y"]), depth: z.number().optional() })),
      from: z.array(z.string()),
      best: z.object({ value: z.number().nullable() }).nullable(),
    });
    const space = [
      { kind: "real", name: "rate", lower: 0.001, upper: 1, scale: "log", levels: 16 },
      { kind: "categorical", name: "kind", values: ["x", "y"] },
      { kind: "integer", name: "depth", lower: 1, upper: 5, when: { parameter: "kind", is: ["y"] } },
    ];
    const observations: { configuration: Record<string, string | number>; value: number }[] = [];
    for (let round = 0; round < 8; round++) {
      const { structuredContent } = await call("quantum_tune", { space, observations, count: 3 });
      for (const { rate, kind, depth } of answer.parse(structuredContent).configurations) {
        const value = (Math.log10(rate) + 1) ** 2 + (depth === undefined ? 2 : 0.3 * (depth - 4) ** 2);
        observations.push({ configuration: { rate, kind, ...(depth === undefined ? {} : { depth }) }, value });
      }
    }
    const last = answer.parse((await call("quantum_tune", { space, observations })).structuredContent);
    assert.ok((last.best?.value ?? 9) < 0.05, `${last.best?.value}`);
    const refused = await call("quantum_tune", { space: [space[2]] });
    assert.match(JSON.stringify(refused.content), /TUNING_INVALID.*earlier categorical/);
  }));

const wave = (rows: number, columns: number, seed: number) =>
  Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (_, c) => Math.sin(seed + 7 * r + 3 * c) + Math.cos(r * 0.7 + 0.1 * c * c)),
  );

test("quantum_round_weights returns the levels that err least of three ways, and refuses ragged rows", () =>
  withClient(async (call) => {
    const answer = z.object({
      levels: z.array(z.array(z.number())),
      steps: z.array(z.array(z.number())),
      errors: z.object({ qubo: z.number(), successive: z.number(), nearest: z.number() }),
      provenance: z.object({ method: z.enum(["qubo", "successive", "nearest"]), rowsSolved: z.number() }),
    });
    const input = { weights: wave(6, 12, 1), inputs: wave(60, 12, 2), bits: 2, groupSize: 6 };
    const { levels, steps, errors, provenance } = answer.parse((await call("quantum_round_weights", input)).structuredContent);
    assert.deepEqual([levels.length, levels[0]?.length, steps[0]?.length, provenance.rowsSolved], [6, 12, 2, 6]);
    assert.ok(levels.flat().every((level) => [0, 1, 2, 3].includes(level)));
    assert.equal(errors[provenance.method], Math.min(...Object.values(errors)));
    const ragged = await call("quantum_round_weights", { ...input, inputs: [[1, 2]] });
    assert.match(JSON.stringify(ragged.content), /MATRIX_RAGGED.*wanted rows of 12/);
  }));

test("quantum_select_subset scores k-centre and herding beside greedy and says which won", () =>
  withClient(async (call) => {
    const vectors = wave(60, 8, 3).map((v) => v.map((x) => x / Math.hypot(...v)));
    const sizes = vectors.map((_, i) => 1 + (i % 3));
    const answer = z.object({
      score: z.number(),
      greedyScore: z.number(),
      kCentreScore: z.number(),
      herdingScore: z.number(),
      randomScore: z.number(),
      best: z.string(),
    });
    const { structuredContent } = await call("quantum_select_subset", { vectors, sizes, budget: 20, seconds: 0.5 });
    const { best, ...scores } = answer.parse(structuredContent);
    const of: Record<string, number> = {
      qubo: scores.score,
      greedy: scores.greedyScore,
      "k-centre": scores.kCentreScore,
      herding: scores.herdingScore,
      random: scores.randomScore,
    };
    assert.ok((of[best] ?? 0) >= Math.max(...Object.values(of)) - 1e-9);
    assert.ok(scores.kCentreScore <= 1 && scores.herdingScore > scores.kCentreScore);
  }));

test("a helper at work tells how far it is and is cancelled", () =>
  withClient(async (call) => {
    const steps: number[] = [];
    const stop = new AbortController();
    const long = call(
      "quantum_round_weights",
      { weights: wave(400, 96, 1), inputs: wave(200, 96, 2), bits: 3, seconds: 600 },
      {
        signal: stop.signal,
        onprogress: ({ progress }) => {
          steps.push(progress);
          if (steps.length === 3) stop.abort(new Error("enough"));
        },
      },
    );
    await assert.rejects(long);
    assert.ok(steps.length >= 3 && steps.every((step, i) => i === 0 || step > (steps[i - 1] ?? 0)));
  }));
