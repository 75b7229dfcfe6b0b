/** A stretch of text, marked or not. */
export interface Stretch {
  readonly text: string;
  readonly marked: boolean;
}

const shortestWord = 3;
const common = new Set(
  "and are but can did does for from had has have how its not the that this was what when where which who why with you".split(
    " ",
  ),
);

/** Cuts a text where the telling words of a question stand in it, or words that begin with them. Pure. */
export function markWords(text: string, question: string): readonly Stretch[] {
  const words = (question.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []).filter(
    (word) => word.length >= shortestWord && !common.has(word),
  );
  if (words.length === 0) return [{ text, marked: false }];
  // Letters, digits and _ mean nothing to a regular expression, so the words go in as they are.
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])((?:${[...new Set(words)].join("|")})[\\p{L}\\p{N}]*)`, "giu");
  return text
    .split(pattern)
    .map((stretch, index) => ({ text: stretch, marked: index % 2 === 1 }))
    .filter((stretch) => stretch.text !== "");
}
