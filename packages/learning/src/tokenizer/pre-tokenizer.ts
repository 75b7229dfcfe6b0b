// Splits text into the pieces within which byte pairs may merge, exactly as GPT-2 does (Radford et al. 2019) and as the
// ByteLevel pre-tokenizer of Hugging Face does: contractions, words and numbers with the space before them, runs of other
// signs, runs of white space without their last character.
// White space is \p{White_Space}, which is what \s means in Rust's regex; \s in JavaScript differs at U+0085 and U+FEFF.

const piece =
  /'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** The pieces of a text, in order; joined they give the text back. Lone surrogates must have been replaced before. */
export function pieces(text: string): readonly string[] {
  return text.match(piece) ?? [];
}
