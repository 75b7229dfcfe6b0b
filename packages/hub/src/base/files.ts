import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Creates a folder only its owner can enter (0700), with its parents. */
export function privateFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

/**
 * Writes a whole file or nothing: to a temporary name beside it, flushed to disk, then renamed over the old one.
 * Mode 0600. A crash at any moment leaves the old file or the new one.
 */
export function writeFileWhole(path: string, data: string | Uint8Array): void {
  writeBeside(path, data, (temporary) => renameSync(temporary, path));
}

/** Writes a whole file as `writeFileWhole` does, unless there is one: of several that do so at once the first wins, and its file stays. */
export function writeFileOnce(path: string, data: string | Uint8Array): void {
  writeBeside(path, data, (temporary) => {
    try {
      linkSync(temporary, path);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    rmSync(temporary);
  });
}

function writeBeside(path: string, data: string | Uint8Array, place: (temporary: string) => void): void {
  privateFolder(dirname(path));
  const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`;
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  const fd = openSync(temporary, "wx", 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    fsyncSync(fd);
    closeSync(fd);
    place(temporary);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
