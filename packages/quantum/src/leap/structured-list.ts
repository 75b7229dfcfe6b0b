// Structured Fields for HTTP (RFC 9651, section 4.2): the list type, of items and inner lists with parameters. A field that does
// not parse is ignored as a whole, as the RFC demands, so the reader gives undefined and throws nothing.

/** A bare item of RFC 9651; dates as Date, byte sequences as bytes, tokens and both kinds of string as text. */
export type BareItem = string | number | boolean | Date | Uint8Array;

/** One member of a list: its value (or, for an inner list, its values) and its parameters. */
export interface ListMember {
  readonly value: BareItem | readonly BareItem[];
  readonly params: ReadonlyMap<string, BareItem>;
}

/** Reads a field value as a list; undefined when it is not one. */
export function structuredList(field: string): readonly ListMember[] | undefined {
  try {
    return new Reader(field).list();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  list(): ListMember[] {
    const members: ListMember[] = [];
    this.#take(/ */y);
    if (this.#at === this.#text.length) return members;
    for (;;) {
      members.push(this.#member());
      this.#take(/[ \t]*/y);
      if (this.#at === this.#text.length) return members;
      if (this.#take(/,[ \t]*/y) === undefined || this.#at === this.#text.length) throw new SyntaxError("list");
    }
  }

  #member(): ListMember {
    if (this.#take(/\(/y) === undefined) return { value: this.#bare(), params: this.#params() };
    const value: BareItem[] = [];
    for (;;) {
      this.#take(/ */y);
      if (this.#take(/\)/y) !== undefined) return { value, params: this.#params() };
      value.push(this.#bare());
      this.#params();
      if (!/[ )]/.test(this.#text[this.#at] ?? "")) throw new SyntaxError("inner list");
    }
  }

  #params(): Map<string, BareItem> {
    const params = new Map<string, BareItem>();
    while (this.#take(/; */y) !== undefined) {
      const key = this.#take(/[a-z*][a-z0-9_.*-]*/y);
      if (key === undefined) throw new SyntaxError("parameter");
      const value = this.#take(/=/y) === undefined ? true : this.#bare();
      params.delete(key); // the last of equal keys wins, at its own place
      params.set(key, value);
    }
    return params;
  }

  #bare(): BareItem {
    const text = this.#take(/"(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/y);
    if (text !== undefined) return text.slice(1, -1).replace(/\\(.)/g, "$1");
    const number = this.#take(/-?(?:\d{1,12}\.\d{1,3}|\d{1,15})(?![\d.])/y);
    if (number !== undefined) return Number(number);
    const date = this.#take(/@-?\d{1,15}(?![\d.])/y);
    if (date !== undefined) {
      const at = new Date(Number(date.slice(1)) * 1000);
      if (Number.isNaN(at.getTime())) throw new SyntaxError("date");
      return at;
    }
    const flag = this.#take(/\?[01]/y);
    if (flag !== undefined) return flag === "?1";
    const token = this.#take(/[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*/y);
    if (token !== undefined) return token;
    const bytes = this.#take(/:[A-Za-z0-9+/=]*:/y);
    if (bytes !== undefined) return new Uint8Array(Buffer.from(bytes.slice(1, -1), "base64"));
    const display = this.#take(/%"(?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*"/y);
    if (display === undefined) throw new SyntaxError("item");
    try {
      return decodeURIComponent(display.slice(2, -1));
    } catch {
      throw new SyntaxError("display string");
    }
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}
