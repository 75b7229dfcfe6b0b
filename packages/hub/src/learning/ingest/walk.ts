/**
 * Walks a folder and yields its files, in the order of their bytes, so that two walks of the same tree agree. Names are
 * read as bytes: a name that is not UTF-8 is shown with \xNN and still opens. A symbolic link to a file is read as that
 * file; a link to a folder is followed once per real folder, so loops end. What cannot be read is reported, not thrown.
 */
import { type BigIntStats, readdirSync, realpathSync, statSync } from "node:fs";

/** A file found: its printable path below the root, its path as bytes, and what the file system says of it. */
export interface Found {
  readonly kind: "file";
  readonly path: string;
  readonly file: Buffer;
  readonly size: number;
  readonly mtimeUs: number;
}

/** Something that could not be read or is not a regular file. */
export interface Passed {
  readonly kind: "passed";
  readonly path: string;
  readonly reason: SkipReason;
}

/** Why a file is not read. */
export const skipReasons = [
  "unreadable",
  "vanished",
  "not a regular file",
  "symbolic link loop",
  "too large",
  "binary",
  "not UTF-8",
  "empty",
] as const;
export type SkipReason = (typeof skipReasons)[number];

const slash = Buffer.from("/");

/** Walks `root`; `ignored` holds names or `*.suffix` patterns, matched against each name. */
export function* walk(root: string, ignored: readonly string[]): Generator<Found | Passed> {
  const names = new Set(ignored.filter((pattern) => !pattern.startsWith("*")));
  const suffixes = ignored.filter((pattern) => pattern.startsWith("*")).map((pattern) => pattern.slice(1));
  const seenFolders = new Set<string>();
  yield* walkFolder(Buffer.from(root), "");

  function* walkFolder(folder: Buffer, shown: string): Generator<Found | Passed> {
    let entries: ReturnType<typeof readFolder>;
    try {
      const real = realpathSync(folder);
      if (seenFolders.has(real)) return yield { kind: "passed", path: shown, reason: "symbolic link loop" };
      seenFolders.add(real);
      entries = readFolder(folder);
    } catch (error) {
      return yield { kind: "passed", path: shown === "" ? "." : shown, reason: reasonOf(error) };
    }
    for (const entry of entries) {
      const name = printable(entry.name);
      if (names.has(name) || suffixes.some((suffix) => name.endsWith(suffix))) continue;
      const file = Buffer.concat([folder, slash, entry.name]);
      const path = shown === "" ? name : `${shown}/${name}`;
      if (entry.isDirectory()) yield* walkFolder(file, path);
      else {
        let stats: BigIntStats;
        try {
          stats = statSync(file, { bigint: true });
        } catch (error) {
          yield { kind: "passed", path, reason: reasonOf(error) };
          continue;
        }
        if (stats.isDirectory()) yield* walkFolder(file, path);
        else if (!stats.isFile()) yield { kind: "passed", path, reason: "not a regular file" };
        else yield { kind: "file", path, file, size: Number(stats.size), mtimeUs: Number(stats.mtimeNs / 1000n) };
      }
    }
  }
}

function readFolder(folder: Buffer) {
  return readdirSync(folder, { withFileTypes: true, encoding: "buffer" }).sort((a, b) => Buffer.compare(a.name, b.name));
}

/** Why a file system call failed, in our words. */
export function reasonOf(error: unknown): SkipReason {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR" ? "vanished" : code === "ELOOP" ? "symbolic link loop" : "unreadable";
}

/** A file name as text: UTF-8 as it is, other bytes (and control characters) as \xNN. */
export function printable(name: Buffer): string {
  const text = name.toString("utf8");
  const isText = !text.includes("\ufffd") && ![...text].some((character) => character < " " || character === "\u007f");
  return isText
    ? text
    : [...name]
        .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`))
        .join("");
}
