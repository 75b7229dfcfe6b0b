import type { SkipReason } from "./walk.ts";

/** A file's bytes as text, or why they are none. */
export type Decoded = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: SkipReason };

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes a file: a NUL byte means binary; anything but whole UTF-8 is refused rather than mended, so that offsets and hashes stay true. */
export function decodeText(bytes: Uint8Array): Decoded {
  if (bytes.length === 0) return { ok: false, reason: "empty" };
  if (bytes.includes(0)) return { ok: false, reason: "binary" };
  try {
    return { ok: true, text: decoder.decode(bytes) };
  } catch {
    return { ok: false, reason: "not UTF-8" };
  }
}

/** A piece of a text: its lines (from 1) and the text itself, newlines included. */
export interface Passage {
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
}

const targetLength = 1200;
const longestPassage = 4000;

/**
 * Cuts a text into passages at line ends, after a blank line where one is near; joined in order they are the text.
 * A line longer than `longestPassage` characters is cut inside, so a minified file cannot make one giant passage.
 */
export function cutPassages(text: string): readonly Passage[] {
  const passages: Passage[] = [];
  let start = 0;
  let startLine = 1;
  let line = 1;
  const close = (end: number, endLine: number, nextLine: number): void => {
    passages.push({ startLine, endLine, text: text.slice(start, end) });
    [start, startLine] = [end, nextLine];
  };
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline + 1;
    while (end - start > longestPassage) {
      const cut = start + longestPassage;
      const isPair = text.charCodeAt(cut - 1) >= 0xd800 && text.charCodeAt(cut - 1) < 0xdc00;
      close(isPair ? cut - 1 : cut, line, line);
    }
    const blank = text.slice(at, end).trim() === "";
    const length = end - start;
    if (length >= 2 * targetLength || (blank && length >= targetLength)) close(end, line, line + 1);
    line += 1;
    at = end;
  }
  if (start < text.length)
    close(text.length, Math.max(startLine, text.endsWith("\n") ? line - 1 : line - (line > startLine ? 1 : 0)), line);
  return passages;
}

/** The slice a file belongs to in evaluation: its extension, or "other". */
export function sliceOf(path: string): string {
  const match = /\.([A-Za-z0-9]{1,8})$/.exec(path);
  return match?.[1]?.toLowerCase() ?? "other";
}
