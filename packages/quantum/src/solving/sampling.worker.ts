// A thread that samples: one order in, progress while it lasts, then the samples or the error.
import { parentPort } from "node:worker_threads";
import { QuantumError } from "../errors.ts";
import { loadSampler } from "../sampler-folder.ts";
import type { FromThread, ToThread } from "./sampling-thread.ts";

const port = parentPort!; // why: this module runs in a thread only
const controller = new AbortController();

port.on("message", async (message: ToThread) => {
  if ("stop" in message) return controller.abort();
  const post = (answer: FromThread): void => port.postMessage(answer);
  try {
    const { sampler, model, options } = message;
    const samples = await (await loadSampler(sampler)).sample(model, {
      ...options,
      signal: controller.signal,
      progress: (progress) => post({ progress }),
    });
    post({ samples });
  } catch (error) {
    if (error instanceof QuantumError) post({ failed: { code: error.code, details: error.details } });
    else post({ crashed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  } finally {
    port.close();
  }
});
