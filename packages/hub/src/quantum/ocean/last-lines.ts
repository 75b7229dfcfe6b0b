/** The last lines that a program wrote, for the error that tells why it ended. */
export class LastLines {
  readonly #most: number;
  readonly #lines: string[] = [];
  #open = "";

  constructor(most = 12) {
    this.#most = most;
  }

  /** Takes what was written and gives the lines that it completed; lines without an end are cut at 4,000 characters. */
  take(chunk: string): readonly string[] {
    const parts = (this.#open + chunk).split(/\r?\n|\r/);
    this.#open = (parts.pop() ?? "").slice(-4000);
    const lines = parts.map((line) => line.slice(0, 4000).trimEnd()).filter((line) => line !== "");
    this.#lines.push(...lines);
    this.#lines.splice(0, this.#lines.length - this.#most);
    return lines;
  }

  /** What is remembered. */
  all(): readonly string[] {
    return [...this.#lines, ...(this.#open === "" ? [] : [this.#open])].slice(-this.#most);
  }
}
