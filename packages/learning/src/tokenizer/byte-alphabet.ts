// The byte alphabet of GPT-2: every byte has a printable character, so a vocabulary of byte strings can be kept in JSON.
// Printable Latin-1 bytes stand for themselves; the other 68 take the characters from U+0100 on, in byte order.

const printable = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;

/** The character of each byte. */
export const byteCharacters: readonly string[] = (() => {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();

const bytesByCharacter = new Map(byteCharacters.map((character, byte) => [character, byte]));

/** The bytes that a token's characters stand for, or `undefined` if a character is outside the alphabet. */
export function bytesOfToken(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = bytesByCharacter.get(token[i]!);
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

/** The characters that stand for these bytes. */
export function tokenOfBytes(bytes: Uint8Array): string {
  let token = "";
  for (const byte of bytes) token += byteCharacters[byte];
  return token;
}
