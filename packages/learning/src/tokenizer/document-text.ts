/** The text of a document. Bytes are read as UTF-8; what is not UTF-8 becomes U+FFFD, and a byte order mark stays. */
export function textOf(text: string | Uint8Array): string {
  return typeof text === "string" ? text.toWellFormed() : new TextDecoder("utf-8", { ignoreBOM: true }).decode(text);
}
