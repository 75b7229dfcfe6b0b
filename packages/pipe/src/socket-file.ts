/**
 * The file of a Unix socket. It appears under its name only when it is whole: listening and with mode 0600, by being made in a private
 * folder beside it and linked. A link does not overwrite, so of two listeners one is told that the address is taken. A file whose listener
 * has died (nobody answers a connection) is put aside and replaced; what is no socket is never touched.
 */
import { chmodSync, linkSync, lstatSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { createConnection, type Server } from "node:net";
import { dirname, join } from "node:path";
import { PipeError } from "./errors.ts";

// The kernel's 108 bytes with the closing zero, less the private folder's name.
const maxPathBytes = 107 - "/.eXXXXXX/s".length;

/** Listens on a path; the answer removes the file again. Rejects with `ADDRESS_TAKEN`, `ADDRESS_INVALID`. */
export async function listenOnFile(server: Server, path: string, address: string): Promise<() => void> {
  if (Buffer.byteLength(path) > maxPathBytes)
    throw new PipeError("ADDRESS_INVALID", { wanted: `a path of at most ${maxPathBytes} bytes`, got: path });
  const folder = makeFolder(path);
  try {
    const draft = join(folder, "s");
    await listening(server, draft);
    chmodSync(draft, 0o600);
    if (!tryLink(draft, path)) {
      await removeStale(path, join(folder, "stale"), address);
      if (!tryLink(draft, path)) throw new PipeError("ADDRESS_TAKEN", { address });
    }
    const { ino } = lstatSync(path);
    return () => {
      if (inode(path) === ino) rmSync(path, { force: true });
    };
  } catch (thrown) {
    server.close();
    throw thrown;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeFolder(path: string): string {
  try {
    return mkdtempSync(join(dirname(path), ".e"));
  } catch (cause) {
    throw new PipeError("ADDRESS_INVALID", { wanted: "a path in a folder that can be written", got: path }, { cause });
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (thrown) {
    if (isCode(thrown, "EEXIST")) return false;
    throw thrown;
  }
}

async function removeStale(path: string, aside: string, address: string): Promise<void> {
  const before = inode(path);
  if (before === undefined) return; // gone meanwhile
  if (!lstatSync(path).isSocket() || (await answers(path))) throw new PipeError("ADDRESS_TAKEN", { address });
  renameSync(path, aside);
  if (inode(aside) === before) return;
  tryLink(aside, path); // somebody replaced it in between: theirs stays
  throw new PipeError("ADDRESS_TAKEN", { address });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(path);
    const done = (answer: boolean) => {
      probe.destroy();
      resolve(answer);
    };
    probe.once("connect", () => done(true));
    probe.once("error", (error) => done(!isCode(error, "ECONNREFUSED") && !isCode(error, "ENOENT")));
  });
}

function inode(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino;
}

/** Whether an error is a system error with that code. */
export function isCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === code;
}
