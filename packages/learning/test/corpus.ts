// Texts that tests learn from and encode: this package's own sources, and lines that trip tokenizers.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const sources = join(import.meta.dirname, "../src");

/** All TypeScript sources of the package, in name order. */
export function corpusFiles(): { id: string; text: string }[] {
  return readdirSync(sources, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((id) => ({ id, text: readFileSync(join(sources, id), "utf8") }));
}

/** The sources as one text. */
export function corpusText(): string {
  return corpusFiles()
    .map((file) => file.text)
    .join("\n");
}

/** Code, scripts of the world, emoji with joiners, runs of white space, CRLF, contractions, control characters. */
export const variedTexts: readonly string[] = [
  "",
  " ",
  "hello world",
  "export const x: number = 42; // the answer\n\tif (x >= 0b101010) { return x; }\n",
  "line one\r\nline two\r\n\r\n  indented\r\n",
  "    four spaces\n        eight\n\t\ttabs\n\n\n\n",
  "It's we're they've I'll I'm you'd don't 'quoted' ''' '",
  "Ünïcödé naïve café Straße ΑΒΓ αβγ Привет мир 你好世界 こんにちは 안녕하세요 שלום مرحبا हिन्दी ไทย",
  "😀 👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 e\u0301 \u{1F9EC}\u{10FFFF}",
  "1234567890 3.14159 0xFF ½ ² Ⅷ ٣",
  "a\u00a0b\u2003c\u3000d \u200bz\u2028y",
  "\u0000\u0001\u0002\u007f control",
  "$%^&*()_+-=[]{}|;':\",./<>?`~ -> => !== ??= ...",
  "trailing spaces   ",
  "   leading spaces",
  "CamelCase snake_case kebab-case SCREAMING_CASE x1y2z3",
];
