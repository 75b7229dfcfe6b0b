import type { Sense } from "../models/cqm.ts";
import type { LpToken } from "./lp-tokens.ts";

const senses: Readonly<Record<string, Sense>> = {
  "<=": "<=",
  "=<": "<=",
  "<": "<=",
  ">=": ">=",
  "=>": ">=",
  ">": ">=",
  "=": "==",
};

/** A sum of terms by name. */
export interface Sum {
  offset: number;
  readonly linear: [string, number][];
  readonly quadratic: [string, string, number][];
}

/** Takes tokens off a section, front to back. */
export class LpCursor {
  readonly #tokens: readonly LpToken[];
  readonly #lastLine: number;
  readonly #wanted: (line: number, what: string, got: unknown) => never;
  #at = 0;

  constructor(tokens: readonly LpToken[], lastLine: number, wanted: (line: number, what: string, got: unknown) => never) {
    this.#tokens = tokens;
    this.#lastLine = lastLine;
    this.#wanted = wanted;
  }

  get empty(): boolean {
    return this.#at === this.#tokens.length;
  }

  get startsSense(): boolean {
    return senses[this.#peek()?.text ?? ""] !== undefined;
  }

  // A number, a sign before one, or infinity.
  get startsNumber(): boolean {
    const next = this.#peek();
    return next !== undefined && (next.kind === "number" || next.text === "-" || next.text === "+" || isInfinite(next));
  }

  done(what: string): void {
    if (!this.empty) this.#refuse(what);
  }

  label(): string | undefined {
    const [name, colon] = [this.#peek(), this.#peek(1)];
    if (name?.kind !== "name" || colon?.text !== ":") return undefined;
    this.#at += 2;
    return name.text;
  }

  name(): string {
    const next = this.#peek();
    if (next?.kind !== "name") this.#refuse("a variable's name");
    this.#at++;
    return next.text;
  }

  word(text: string): boolean {
    if (this.#peek()?.text.toLowerCase() !== text) return false;
    this.#at++;
    return true;
  }

  sense(): Sense {
    const sense = senses[this.#peek()?.text ?? ""];
    if (sense === undefined) this.#refuse("<=, >= or =");
    this.#at++;
    return sense;
  }

  signed(what: string): number {
    const sign = this.#signs();
    const next = this.#peek();
    if (next?.kind !== "number") this.#refuse(what);
    this.#at++;
    return sign * Number(next.text);
  }

  bound(): number {
    const sign = this.#signs();
    const next = this.#peek();
    if (next && isInfinite(next)) {
      this.#at++;
      return sign * Number.POSITIVE_INFINITY;
    }
    return sign * this.signed("a number as bound");
  }

  /** Terms up to a sense or the end; a bracket's terms count `inBrackets` times. */
  sum(inBrackets: 1 | 0.5): Sum {
    const sum: Sum = { offset: 0, linear: [], quadratic: [] };
    while (!this.empty && !this.startsSense) {
      const sign = this.#signs();
      if (this.word("[")) {
        this.#bracket(sum, sign * inBrackets);
        if (inBrackets === 0.5 && !(this.word("/") && this.#isTwo())) this.#refuse("] / 2");
        continue;
      }
      const number = this.#number();
      const next = this.#peek();
      if (next?.kind === "name" && this.#peek(1)?.text !== ":") sum.linear.push([this.name(), sign * (number ?? 1)]);
      else if (number !== undefined) sum.offset += sign * number;
      else this.#refuse("a term");
    }
    return sum;
  }

  #bracket(sum: Sum, factor: number): void {
    while (!this.word("]")) {
      const coefficient = factor * this.#signs() * (this.#number() ?? 1);
      const first = this.name();
      if (this.word("^")) {
        if (!this.#isTwo()) this.#refuse("the power 2");
        sum.quadratic.push([first, first, coefficient]);
      } else {
        if (!this.word("*")) this.#refuse("^ 2 or * and a name");
        sum.quadratic.push([first, this.name(), coefficient]);
      }
    }
  }

  #isTwo(): boolean {
    const two = Number(this.#peek()?.text) === 2;
    if (two) this.#at++;
    return two;
  }

  #number(): number | undefined {
    const next = this.#peek();
    if (next?.kind !== "number") return undefined;
    this.#at++;
    return Number(next.text);
  }

  #signs(): number {
    let sign = 1;
    for (let next = this.#peek()?.text; next === "+" || next === "-"; next = this.#peek()?.text) {
      if (next === "-") sign = -sign;
      this.#at++;
    }
    return sign;
  }

  #peek(ahead = 0): LpToken | undefined {
    return this.#tokens[this.#at + ahead];
  }

  #refuse(what: string): never {
    const next = this.#peek();
    return this.#wanted(next?.line ?? this.#lastLine, what, next?.text ?? "the end of the section");
  }
}

function isInfinite({ text }: LpToken): boolean {
  return /^inf(inity)?$/i.test(text);
}
