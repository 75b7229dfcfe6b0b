// The thread of an open model: generates and scores, several requests in turns (each step of one lets the others in).
import { parentPort, workerData } from "node:worker_threads";
import { readModel } from "../checkpoint/model-folder.ts";
import { errorRecord } from "../errors.ts";
import { scoreOf } from "../evaluation/measures.ts";
import { openScorer, type Scorer } from "../evaluation/scorer.ts";
import { random } from "../random.ts";
import { textOf } from "../tokenizer/document-text.ts";
import { openDecoder } from "./decoder-session.ts";
import type { GeneratedToken, GenerationRequest, ModelCommand, ModelEvent } from "./messages.ts";
import { chooseToken } from "./sampling.ts";
import { TextStream } from "./text-stream.ts";

const port = parentPort;
if (port !== null) await serve(port, workerData as { checkpoint: string; threads: number }); // put there by openModel

async function serve(
  port: NonNullable<typeof parentPort>,
  { checkpoint, threads }: { checkpoint: string; threads: number },
): Promise<void> {
  const post = (event: ModelEvent): void => port.postMessage(event);
  try {
    const { config, tokenizer, parameters } = await readModel(checkpoint);
    const decoder = await openDecoder(config, parameters, threads);
    let scorer: Scorer | undefined;
    const halted = (halt: Int32Array): boolean => Atomics.load(halt, 0) === 1;

    const generate = async (
      request: GenerationRequest,
      halt: Int32Array,
      emit: (token: GeneratedToken) => void,
    ): Promise<void> => {
      const source = random(request.seed);
      const stream = new TextStream(request.stop);
      const sequence = decoder.start(tokenizer.bos);
      let logits = await sequence.read([tokenizer.bos, ...tokenizer.encode(textOf(request.prompt))]);
      for (let made = 1; !halted(halt); made++) {
        // Rows beyond the tokenizer's size are padding of the vocabulary: no text stands for them.
        const { tokenId, logprob } = chooseToken(logits.subarray(0, tokenizer.size), request, source);
        if (tokenId === tokenizer.eos) return emit({ text: stream.end(), tokenId, logprob, finish: "eos" });
        const { text, stopped } = stream.push(tokenizer.bytesOf(tokenId));
        if (stopped) return emit({ text, tokenId, logprob, finish: "stop" });
        if (made === request.maxTokens) return emit({ text: text + stream.end(), tokenId, logprob, finish: "length" });
        emit({ text, tokenId, logprob });
        logits = await sequence.read([tokenId]);
      }
    };

    const score = async (texts: readonly string[], halt: Int32Array) => {
      scorer ??= openScorer({ config, parameters, threads, sequence: config.maxPositions });
      const clean = texts.map(textOf);
      const documents = clean.map((text) => [tokenizer.bos, ...tokenizer.encode(text)]);
      const scores = await scorer.score(documents, () => {
        if (halted(halt)) throw new DOMException("the caller asked to stop", "AbortError");
      });
      return scores.map((logProbabilities, i) => scoreOf(Buffer.byteLength(clean[i]!), logProbabilities));
    };

    const answer = async (command: Exclude<ModelCommand, { kind: "close" }>): Promise<void> => {
      const { id, halt } = command;
      try {
        if (command.kind === "generate") await generate(command.request, halt, (token) => post({ kind: "token", id, token }));
        else post({ kind: "scores", id, scores: await score(command.texts, halt) });
        post({ kind: "end", id });
      } catch (error) {
        post({ kind: "failed", id, error: errorRecord(error) });
      }
    };

    const running = new Set<Promise<void>>();
    port.on("message", async (command: ModelCommand) => {
      if (command.kind !== "close") {
        const work = answer(command);
        running.add(work);
        await work;
        running.delete(work);
        return;
      }
      await Promise.all(running);
      await decoder[Symbol.asyncDispose]();
      await scorer?.[Symbol.asyncDispose]();
      port.close();
    });
    post({ kind: "ready" });
  } catch (error) {
    post({ kind: "refused", error: errorRecord(error) });
  }
}
