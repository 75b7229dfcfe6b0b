import { z } from "zod";
import { quantumErrors } from "../errors.ts";
import { defineQuantumTool } from "../pillar.ts";

const mostColumns = 1024;
const matrix = z.array(z.array(z.number()).min(1).max(mostColumns)).min(1).max(4096);

export default defineQuantumTool({
  name: "quantum_round_weights",
  description:
    "Rounds a layer's weights to few bits so that its outputs on calibration inputs err least: each row is a QUBO, up or down as in AdaRound, then QUBOs around the better of that and of successive (GPTQ-like) rounding. The three errors stand side by side, and the levels of the one that erred least come back. For small layers: up to 1,024 columns.",
  input: z.object({
    weights: matrix.describe("one row for each output"),
    inputs: matrix.describe(
      "calibration inputs, one row each, as long as a row of weights; several times as many as columns are good",
    ),
    bits: z.int().min(1).max(8),
    groupSize: z
      .int()
      .min(1)
      .optional()
      .describe("neighbouring weights of a row that share one grid; the whole row unless given"),
    seconds: z.number().min(0.05).max(600).default(10).describe("rows not begun by then stay at the better baseline"),
    seed: z.int().min(0).default(1),
  }),
  output: z.object({
    levels: z.array(z.array(z.int())).describe("a weight is lowest + step x level of its group"),
    steps: z.array(z.array(z.number())).describe("one a group, row by row"),
    lowest: z.array(z.array(z.number())),
    errors: z
      .object({ qubo: z.number(), successive: z.number(), nearest: z.number() })
      .describe("squared output error on the calibration inputs as a share of the outputs' squares"),
    provenance: z.object({
      method: z.enum(["qubo", "successive", "nearest"]).describe("whose levels these are"),
      solver: z.string(),
      kind: z.literal("classical"),
      rowsWon: z.int().describe("rows that a QUBO bettered"),
      rowsSolved: z.int().describe("rows that there was time for"),
      models: z.int(),
      seed: z.int(),
      timeMs: z.number(),
    }),
  }),
  hints: { readOnly: true },
  run: async ({ weights, inputs, bits, groupSize, seconds, seed }, ctx, solving) => {
    const columns = weights[0]?.length ?? 0;
    const order = {
      weights: flat("weights", weights, columns),
      inputs: flat("inputs", inputs, columns),
      columns,
      bits,
      seconds,
      seed,
      ...(groupSize === undefined ? {} : { groupSize }),
    };
    const { levels, steps, lowest, errors, timeMs, ...rest } = await solving.round(order, ctx);
    return { levels, steps, lowest, errors, provenance: { ...rest, kind: "classical" as const, seed, timeMs } };
  },
});

function flat(field: string, rows: readonly (readonly number[])[], columns: number): Float64Array {
  const values = new Float64Array(rows.length * columns);
  for (const [r, row] of rows.entries()) {
    if (row.length !== columns) throw quantumErrors.MATRIX_RAGGED({ field, row: r, wanted: columns, got: row.length });
    values.set(row, r * columns);
  }
  return values;
}
