import { type FileHandle, open } from "node:fs/promises";

const withinMs = 20;

/**
 * Brings SQLite's write-ahead log to the disk for transactions that did not wait for it, all of a while at once and off the thread. An error
 * is SQLite's to tell: the system reports it to each handle of the file, and so to the next transaction that waits.
 */
export class WriteBehind implements AsyncDisposable {
  readonly #path: string;
  #file: Promise<FileHandle> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #syncing: Promise<void> = Promise.resolve();

  /** `path` of the log. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Something was written to the log. */
  written(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#syncing = this.#syncing.then(() => this.#sync());
    }, withinMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const waits = this.#timer !== undefined;
    clearTimeout(this.#timer);
    await this.#syncing;
    if (waits) await this.#sync();
    await (await this.#file)?.close();
  }

  async #sync(): Promise<void> {
    try {
      await (await this.#opened()).datasync();
    } catch {
      // See above.
    }
  }

  #opened(): Promise<FileHandle> {
    this.#file ??= open(this.#path).catch((error: unknown) => {
      this.#file = undefined;
      throw error;
    });
    return this.#file;
  }
}
