import { Entries, type EntryArrays, fieldsOf, number, whole } from "./entries.ts";
import type { FormatLimits, LineReader } from "./format.ts";

/**
 * The reader of files with a header "n m" and m lines "i j value" from 1. Lines that start with # are comments; "# offset 1.5" is
 * the constant of a model. `build` gets the entries, the size and the offset.
 */
export function headedReader<T>(
  format: string,
  limits: FormatLimits,
  build: (entries: EntryArrays, size: number, offset: number) => T,
): LineReader<T> {
  const entries: Entries = new Entries(format, 1, limits);
  let promised: number | undefined;
  let lastLine = 0;
  let offset = 0;
  return {
    line(text, line) {
      lastLine = line;
      const fields = fieldsOf(text);
      if (fields.length === 0) return;
      if (fields[0]!.startsWith("#")) {
        if (fields[1] === "offset") offset = number(fields[2]) ?? entries.wanted(line, "a finite offset", fields[2]);
        return;
      }
      if (promised !== undefined) return entries.add(fields, line);
      const [size, count] = [whole(fields[0]), whole(fields[1])];
      if (size === undefined || count === undefined || fields.length !== 2) entries.wanted(line, 'a header "n m"', text);
      promised = count;
      entries.declare(size, line);
    },
    end() {
      if (promised === undefined) entries.wanted(lastLine + 1, 'a header "n m"', "end of file");
      entries.promised("entries", promised, entries.count);
      return build(entries.arrays(), entries.size, offset);
    },
  };
}
