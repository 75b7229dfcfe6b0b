/** What the command prints: plain text when piped, colour and a progress bar on a terminal. Results go to stdout, the rest to stderr. */

const colours = { dim: 2, bold: 1, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
type Colour = keyof typeof colours;

const useColour = (stream: NodeJS.WriteStream): boolean => stream.isTTY === true && !process.env.NO_COLOR;

/** Text in a colour, when the stream it is for shows colours. */
export function paint(colour: Colour, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return useColour(stream) ? `\u001b[${colours[colour]}m${text}\u001b[0m` : text;
}

/** Prints a line to stdout, above a bar that may be standing. */
export function say(line: string): void {
  clearBar();
  process.stdout.write(`${line}\n`);
}

/** Prints rows as columns; the last column is not padded. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => visibleLength(row[column] ?? ""))));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        column === cells.length - 1 ? cell : cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - visibleLength(cell))),
      )
      .join("  ");
  say(paint("dim", line(head)));
  for (const row of rows) say(line(row));
}

let barStands = false;

/** Shows how far long work is: a bar with rate and time left on a terminal, nothing when piped. */
export function showBar(label: string, done: number, total: number, startedAt: number, now: number): void {
  if (!process.stderr.isTTY) return;
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const elapsed = (now - startedAt) / 1000;
  const left = share > 0.02 ? duration((elapsed / share - elapsed) * 1000) : "…";
  const filled = Math.round(share * 24);
  process.stderr.write(
    `\r\u001b[K${"━".repeat(filled)}${"·".repeat(24 - filled)} ${Math.round(share * 100)
      .toString()
      .padStart(3)} %  ${left} left  ${label}`.slice(0, (process.stderr.columns ?? 100) + 5),
  );
  barStands = true;
}

/** Takes the bar away. */
export function clearBar(): void {
  if (!barStands) return;
  process.stderr.write("\r\u001b[K");
  barStands = false;
}

/** `95000` as `1 min 35 s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `1536` as `1.5 kB`. */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** How many characters of a text are seen: colours take no room. */
export function visibleLength(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences begin with the escape character
  return text.replace(/\u001b\[\d+m/g, "").length;
}
