/** What the champion writes: one open model at a time, closed after a while without use, so that an idle hub stays small. */
import { type OpenModel, openModel } from "@entente/learning";
import type { VersionsTable } from "../store/schema.ts";

const idleMs = 30_000;
const writtenTokens = 64;

/** Keeps the champion open between questions. */
export class Writer {
  #open: { readonly folder: string; readonly model: Promise<OpenModel> } | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Continues `prompt` with a version's model. The same prompt gives the same text. */
  async write(version: VersionsTable, folder: string, prompt: string, signal: AbortSignal): Promise<string> {
    const model = await this.#model(folder);
    const promptTail = prompt.slice(-600);
    let text = "";
    for await (const token of model.generate(promptTail, {
      maxTokens: writtenTokens,
      temperature: 0.7,
      topK: 40,
      seed: version.number,
      signal,
    }))
      text += token.text;
    this.#rest();
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    const open = this.#open;
    this.#open = undefined;
    await (await open?.model)?.close();
  }

  async #model(folder: string): Promise<OpenModel> {
    clearTimeout(this.#timer);
    if (this.#open && this.#open.folder !== folder) await this[Symbol.asyncDispose]();
    this.#open ??= { folder, model: openModel(folder, { threads: 1 }) };
    const { model } = this.#open;
    model.catch(() => {
      this.#open = undefined;
    });
    return model;
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this[Symbol.asyncDispose](), idleMs).unref();
  }
}
