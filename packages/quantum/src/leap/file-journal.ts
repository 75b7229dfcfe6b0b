// A journal as JSON lines. One write and one fdatasync serve all entries that wait at the moment, so a thousand jobs cost some
// dozens of syncs. A crash can only leave the last line torn: that entry was never acknowledged, and the line is cut off.
import { type FileHandle, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { QuantumError } from "../errors.ts";
import type { Journal, JournalEntry } from "./journal.ts";
import { recordOf } from "./solver.ts";

interface Waiting {
  readonly text: string;
  readonly done: PromiseWithResolvers<void>;
}

/** A journal in a file, which is locked (`FILE.lock`, with the process id) as long as it is open. */
export class FileJournal implements Journal {
  readonly #path: string;
  readonly #file: FileHandle;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #broken: { readonly error: unknown } | undefined;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Opens or creates it (mode 0600). Throws LEAP_JOURNAL_LOCKED, LEAP_JOURNAL_CORRUPT. */
  static async open(path: string): Promise<FileJournal> {
    await lock(path);
    let file: FileHandle | undefined;
    try {
      file = await open(path, "a+", 0o600);
      await file.truncate(parse(path, await readFile(path)).soundBytes);
      await syncFolder(path);
      return new FileJournal(path, file);
    } catch (error) {
      await file?.close();
      await rm(`${path}.lock`, { force: true });
      throw error;
    }
  }

  append(entries: readonly JournalEntry[]): Promise<void> {
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ text, done });
    this.#writing ??= this.#write();
    return done.promise;
  }

  async entries(): Promise<readonly JournalEntry[]> {
    await this.#writing;
    return parse(this.#path, await readFile(this.#path)).entries;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    await this.#file.close();
    await rm(`${this.#path}.lock`, { force: true });
  }

  async #write(): Promise<void> {
    // Entries of this same turn join the first write.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        // After a failed write the file may end in half a line, on which nothing may be put.
        if (this.#broken !== undefined) throw this.#broken.error;
        await this.#file.appendFile(batch.map(({ text }) => text).join(""));
        await this.#file.datasync();
        for (const { done } of batch) done.resolve();
      } catch (error) {
        this.#broken ??= { error };
        for (const { done } of batch) done.reject(error);
      }
    }
    this.#writing = undefined;
  }
}

const kinds = new Set(["uploading", "intended", "submitted", "refused", "cancelling", "finished"]);

function parse(path: string, bytes: Buffer): { entries: JournalEntry[]; soundBytes: number } {
  const soundBytes = bytes.lastIndexOf(10) + 1;
  const entries: JournalEntry[] = [];
  if (soundBytes === 0) return { entries, soundBytes };
  for (const [i, line] of bytes
    .toString("utf8", 0, soundBytes - 1)
    .split("\n")
    .entries()) {
    const corrupt = (why: string, cause?: unknown) =>
      new QuantumError("LEAP_JOURNAL_CORRUPT", { file: path, line: i + 1, why }, { cause });
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw corrupt("the line is not JSON", cause);
    }
    const { at, key } = recordOf(value);
    if (typeof at !== "string" || !kinds.has(at) || typeof key !== "string") throw corrupt("the line is not an entry");
    entries.push(value as JournalEntry); // why: only this class writes the file; kind and key are checked
  }
  return { entries, soundBytes };
}

async function lock(path: string): Promise<void> {
  const name = `${path}.lock`;
  for (let tries = 0; ; tries++) {
    try {
      await writeFile(name, `${process.pid} ${await birthOf(process.pid)}`, { flag: "wx", mode: 0o600 });
      return;
    } catch (error) {
      if (!isCode(error, "EEXIST")) throw error;
    }
    const [pid = 0, birth = 0] = (await readFile(name, "utf8").catch(() => "")).split(" ").map(Number);
    if (tries > 5 || (pid > 0 && isAlive(pid) && (await birthOf(pid)) === birth))
      throw new QuantumError("LEAP_JOURNAL_LOCKED", { file: path, pid });
    // Left by a process that died. Renaming lets only one of several starters take it away.
    const aside = `${name}.${process.pid}`;
    await rename(name, aside).catch(() => undefined);
    await rm(aside, { force: true });
  }
}

// When a process began, in ticks since the machine started: numbers of processes come again, in containers at once. 0 where unknown.
async function birthOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? 0);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, "EPERM");
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

// The file's name must survive a crash as well. Windows cannot sync a folder.
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  await using folder = await open(dirname(path), "r");
  await folder.sync();
}
