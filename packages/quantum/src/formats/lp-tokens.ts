import { number } from "./entries.ts";

/** A piece of an LP file: a number, a name or a sign, and the line it stands in. */
export interface LpToken {
  readonly kind: "number" | "name" | "sign";
  readonly text: string;
  readonly line: number;
}

const nameStart = "A-Za-z!\"#$%&(),;?@_'`{}~";
const token = new RegExp(
  `\\s*(?:((?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?)|([${nameStart}][${nameStart}\\d.]*)|(<=|>=|=<|=>|[-+*^/\\[\\]:<>=]))`,
  "y",
);

/** Whether an LP file can name something so: letters, digits and some signs, not starting like a number. */
export function isLpName(name: string): boolean {
  return (
    name.length <= 255 && new RegExp(`^[${nameStart}][${nameStart}\\d.]*$`).test(name) && !/^[eE]/.test(name) && !isLpWord(name)
  );
}

// What a reader may take for the start of a section or a bound.
function isLpWord(name: string): boolean {
  return /^(minimi[sz]e|minimum|min|maximi[sz]e|maximum|max|st|s\.t\.|subject|such|bounds?|binar(y|ies)|bin|generals?|gen|integers?|end|free|inf(inity)?|semi|semis|sos[12]?|sin|sec)$/i.test(
    name,
  );
}

/** The tokens of one line, or undefined and where it stops making sense. */
export function lpTokens(text: string, line: number): readonly LpToken[] | { readonly strange: string } {
  const tokens: LpToken[] = [];
  const code = text.replace(/\\.*$/, "").trimEnd();
  token.lastIndex = 0;
  while (token.lastIndex < code.length) {
    const from = token.lastIndex;
    const found = token.exec(code);
    if (!found) return { strange: code.slice(from).trim() };
    const [, digits, name, sign] = found;
    if (digits !== undefined) {
      if (number(digits) === undefined) return { strange: digits };
      tokens.push({ kind: "number", text: digits, line });
    } else if (name !== undefined) tokens.push({ kind: "name", text: name, line });
    else tokens.push({ kind: "sign", text: sign!, line });
  }
  return tokens;
}
