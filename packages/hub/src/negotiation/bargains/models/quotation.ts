/**
 * Text of others on its way to a model. It stays data: what the other side writes is cut, freed of control and format characters (which
 * hide words, or end a quotation where no reader sees it), and stands inside a JSON string. Pure.
 */

/** Words of somebody else: one line of at most `most` characters. */
export function quotation(text: string, most: number): string {
  const plain = text.replace(/[\p{C}\p{Z}\s]+/gu, " ").trim();
  const characters = Array.from(plain.slice(0, most * 2));
  return characters.length <= most ? characters.join("") : `${characters.slice(0, most - 1).join("")}…`;
}

/** A value as JSON of which every line is ours: inside strings nothing is left that a reader would not see. */
export function plainJson(value: unknown): string {
  // A line of JSON.stringify is its own; whatever breaks lines inside a string is escaped already.
  return JSON.stringify(value, undefined, 1).replace(/[^\P{C}\n]|[\u2028\u2029]/gu, (hidden) =>
    hidden
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
