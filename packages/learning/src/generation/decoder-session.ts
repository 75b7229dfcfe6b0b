// A model that reads tokens one after the other and remembers their keys and values. When the model's positions are used
// up, the memory is rebuilt from the opening mark and the newest half of the tokens: a model knows no position beyond those
// it was trained for.
import type { ModelConfig } from "../decoder/config.ts";
import { headSize } from "../decoder/config.ts";
import { decodingGraph, decodingMask, pastNames } from "../decoder/decoding-graph.ts";
import { maskedScore } from "../decoder/forward.ts";
import type { Parameters } from "../decoder/parameters.ts";
import { float32, floats, int64, type OrtTensor, openSession } from "../runtime/session.ts";

/** One growing sequence. */
export interface Sequence {
  /** Reads tokens and gives the logits [vocabulary] of what follows the last. */
  read(tokens: readonly number[]): Promise<Float32Array>;
}

/** A compiled model for growing sequences. */
export interface DecoderSession extends AsyncDisposable {
  /** A new sequence; `opening` is the token that starts it again when its positions are used up. */
  start(opening: number): Sequence;
}

/** Compiles a model for decoding. */
export async function openDecoder(config: ModelConfig, parameters: Parameters, threads: number): Promise<DecoderSession> {
  const graph = decodingGraph(config, parameters);
  const session = await openSession(graph.model, { threads });
  const { keyValueHeads, heads, maxPositions } = config;
  const group = heads / keyValueHeads;
  const outputs = [graph.logits, ...graph.present.flatMap(({ key, value }) => [key, value])];
  const empty = float32(new Float32Array(0), [1, keyValueHeads, 0, headSize(config)]);

  const start = (opening: number): Sequence => {
    let history: number[] = [];
    let cached = 0;
    let cache: OrtTensor[] = [];
    const forward = async (tokens: readonly number[]): Promise<Float32Array> => {
      const t = tokens.length;
      const feeds: Record<string, OrtTensor> = {
        ids: int64(BigInt64Array.from(tokens, BigInt), [t]),
        positions: int64(
          BigInt64Array.from(tokens, (_, i) => BigInt(cached + i)),
          [1, t],
        ),
        last: int64(BigInt64Array.of(BigInt(t - 1)), [1]),
        mask: float32(decodingMask(group, t, cached, maskedScore), [group * t, cached + t]),
      };
      for (let layer = 0; layer < config.layers; layer++) {
        feeds[pastNames.key(layer)] = cache[2 * layer] ?? empty;
        feeds[pastNames.value(layer)] = cache[2 * layer + 1] ?? empty;
      }
      const result = await session.run(feeds, outputs);
      cache = outputs.slice(1).map((name) => result[name]!);
      cached += t;
      return floats(result[graph.logits]);
    };
    return {
      async read(tokens) {
        history.push(...tokens);
        if (cached + tokens.length <= maxPositions) return forward(tokens);
        history = [opening, ...history.slice(-Math.max(1, Math.floor(maxPositions / 2)))].slice(0, maxPositions);
        [cached, cache] = [0, []];
        return forward(history);
      },
    };
  };
  return { start, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
}
