// Text formats of models. A format is a reader that is fed one line at a time and a generator of lines, so that a file of any size
// is read and written in the memory of the model it holds; strings and streams share the code. Files are not trusted: counts in
// headers allocate nothing, every number is checked, and errors name the line.
import { QuantumError } from "../errors.ts";

/** What a format's reader accepts at most; a file beyond is refused, not read. */
export interface FormatLimits {
  /** Default 1,000,000. */
  readonly maxVariables?: number;
  /** Default 50,000,000. */
  readonly maxEntries?: number;
}

/** Takes a file's lines, then gives what they say. */
export interface LineReader<T> {
  line(text: string, number: number): void;
  end(): T;
}

/** A text format for T. */
export interface TextFormat<T> {
  readonly name: string;
  /** File name ending, with the dot. */
  readonly extension: string;
  reader(limits?: FormatLimits): LineReader<T>;
  /** The file's lines, without line ends. Throws FORMAT_CANNOT_HOLD. */
  lines(value: T): Iterable<string>;
}

/** Reads a text held in memory. Throws FORMAT_SYNTAX, FORMAT_PAIR_REPEATED, FORMAT_COUNT_WRONG, FORMAT_TOO_LARGE. */
export function parse<T>(format: TextFormat<T>, text: string, limits: FormatLimits = {}): T {
  const reader = format.reader(limits);
  let number = 0;
  for (let from = 0; from < text.length; ) {
    let end = text.indexOf("\n", from);
    if (end < 0) end = text.length;
    reader.line(checkedLine(format.name, text.slice(from, end), ++number), number);
    from = end + 1;
  }
  return reader.end();
}

/** Reads a stream of text or UTF-8 bytes (a file's, a response's) chunk by chunk. Throws as `parse`, or the signal's reason. */
export async function read<T>(
  format: TextFormat<T>,
  chunks: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  { signal, ...limits }: FormatLimits & { readonly signal?: AbortSignal } = {},
): Promise<T> {
  const reader = format.reader(limits);
  const decoder = new TextDecoder();
  let rest = "";
  let number = 0;
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    const lines = (rest + (typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }))).split("\n");
    rest = checkedLine(format.name, lines.pop()!, number + lines.length + 1);
    for (const line of lines) reader.line(checkedLine(format.name, line, ++number), number);
  }
  rest += decoder.decode();
  if (rest !== "") reader.line(rest, ++number);
  return reader.end();
}

/** Writes a text in memory. Throws FORMAT_CANNOT_HOLD. */
export function print<T>(format: TextFormat<T>, value: T): string {
  return [...format.lines(value), ""].join("\n");
}

/** Writes in chunks of some 64 kB, for a file or a response. Throws FORMAT_CANNOT_HOLD. */
export function* chunks<T>(format: TextFormat<T>, value: T): Generator<string> {
  let chunk = "";
  for (const line of format.lines(value)) {
    chunk += `${line}\n`;
    if (chunk.length >= 65_536) {
      yield chunk;
      chunk = "";
    }
  }
  if (chunk !== "") yield chunk;
}

const maxLineLength = 1000; // the longest honest line holds three numbers or a comment

function checkedLine(format: string, line: string, number: number): string {
  if (line.length > maxLineLength) {
    throw new QuantumError("FORMAT_TOO_LARGE", {
      format,
      line: number,
      what: "characters in a line",
      most: maxLineLength,
      got: line.length,
    });
  }
  return line;
}
