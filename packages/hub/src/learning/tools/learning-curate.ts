import { z } from "zod";
import type { Json } from "../../base/json.ts";
import { learningErrors } from "../errors.ts";
import { defineLearningTool } from "../pillar.ts";

const selected = z.object({
  selected: z.array(z.int()),
  score: z.number(),
  randomScore: z.number(),
  greedyScore: z.number(),
  timeMs: z.number(),
  provenance: z.record(z.string(), z.json()),
});

export default defineLearningTool({
  name: "learning_curate",
  description:
    "Chooses the texts of a run to train on within a share of their bytes, for coverage of the corpus without repetition, by QUBO on an annealer or greedily. With `pilot`, only tries it on so many texts and reports how well and how fast, keeping nothing.",
  input: z.object({
    run: z.string(),
    method: z.enum(["qubo", "greedy"]),
    seconds: z.number().min(0.1).max(600).default(10),
    pilot: z.int().min(10).max(2000).optional(),
  }),
  output: z.object({
    selection: z.string().nullable(),
    texts: z.number(),
    bytes: z.number(),
    candidates: z.number(),
    score: z.number(),
    randomScore: z.number(),
    greedyScore: z.number(),
    timeMs: z.number(),
  }),
  hints: { idempotent: true },
  run: async (input, ctx, learning) => {
    const run = await learning.runs.get(input.run);
    const known = input.pilot === undefined ? await learning.runs.selection(run.id, input.method) : undefined;
    const all = await learning.corpus.candidates(run.source_id ?? "");
    if (all.length === 0) throw learningErrors.CORPUS_TOO_SMALL({ texts: 0, bytes: 0, wanted: 1 });
    // Candidates come in the order of their hashes, so the first ones are a fair sample.
    const candidates = input.pilot === undefined ? all : all.slice(0, input.pilot);
    const total = candidates.reduce((sum, text) => sum + text.size, 0);
    if (known) {
      const details = z.object({ randomScore: z.number(), greedyScore: z.number(), timeMs: z.number() }).parse(known.details);
      return {
        selection: known.id,
        texts: known.hashes.length,
        bytes: known.size,
        candidates: candidates.length,
        score: known.score,
        ...details,
      };
    }
    const result = selected.parse(
      await ctx.call("quantum_select_subset", {
        vectors: candidates.map((text) => [...text.vector]),
        sizes: candidates.map((text) => text.size),
        budget: Math.floor(total * learning.config.values["learning.selectionShare"]),
        method: input.method,
        seconds: input.seconds,
        seed: 1,
      }),
    );
    const chosen = result.selected.flatMap((index) => candidates[index] ?? []);
    const bytes = chosen.reduce((sum, text) => sum + text.size, 0);
    const { score, randomScore, greedyScore, timeMs } = result;
    const figures = { texts: chosen.length, bytes, candidates: candidates.length, score, randomScore, greedyScore, timeMs };
    if (input.pilot !== undefined) return { selection: null, ...figures };
    const details: { readonly [key: string]: Json } = {
      randomScore,
      greedyScore,
      timeMs,
      candidates: candidates.length,
      candidateBytes: total,
      provenance: JSON.parse(JSON.stringify(result.provenance)),
    };
    const kept = await learning.runs.keepSelection(run.id, ctx.principal.id, {
      method: input.method,
      hashes: chosen.map((text) => text.hash),
      size: bytes,
      score,
      details,
    });
    return { selection: kept.id, ...figures };
  },
});
