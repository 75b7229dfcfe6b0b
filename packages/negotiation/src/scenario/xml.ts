/**
 * A small strict reader of XML for scenario files: elements, attributes, text, comments, CDATA, the five predefined entities and character
 * references. What could be dangerous or is not needed is refused: DTDs, other entities, processing instructions beyond the declaration.
 * Size, depth and the number of elements are bounded. Source: XML 1.0 (fifth edition), without its DTD part.
 */
import { NegotiationError } from "../errors.ts";

/** An element; its text is what stands directly in it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const mostCharacters = 20_000_000;
const deepest = 64;
const mostElements = 500_000;

interface Open {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

// One piece of markup after another; sticky, so that nothing between is passed over.
const name = "[A-Za-z_:][\\w:.-]*";
const startTag = new RegExp(`<(${name})((?:\\s+${name}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)>`, "y");
const endTag = new RegExp(`</(${name})\\s*>`, "y");
const attribute = new RegExp(`(${name})\\s*=\\s*(?:"([^"<]*)"|'([^'<]*)')`, "g");
const predefined: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Reads a document and gives its root. Throws `SCENARIO_INVALID`, with the line. */
export function readXml(source: string): XmlElement {
  const text = source.replace(/^\ufeff/, "");
  if (text.length > mostCharacters) throw invalid("(xml)", `at most ${mostCharacters} characters`, text.length);
  const open: Open[] = [];
  let [at, elements] = [0, 0];
  let root: XmlElement | undefined;
  const wrong = (wanted: string): NegotiationError =>
    invalid(`(xml line ${lineOf(text, at)})`, wanted, text.slice(at, at + 40).split("\n")[0]);
  const passed = (opening: string, closing: string): string | undefined => {
    if (!text.startsWith(opening, at)) return undefined;
    const end = text.indexOf(closing, at + opening.length);
    if (end < 0) throw wrong(`${closing} to end it`);
    const inside = text.slice(at + opening.length, end);
    at = end + closing.length;
    return inside;
  };
  const close = (element: Open) => {
    const parent = open.at(-1);
    if (parent !== undefined) parent.children.push(element);
    else root = element;
  };
  if (/^<\?xml[\s?]/.test(text)) passed("<?", "?>");
  while (at < text.length) {
    const here = open.at(-1);
    if (text[at] !== "<") {
      const next = text.indexOf("<", at);
      const raw = text.slice(at, next < 0 ? text.length : next);
      if (here === undefined && raw.trim() !== "") throw wrong("nothing outside the root element");
      if (here !== undefined) here.text += decoded(raw, wrong);
      at += raw.length;
      continue;
    }
    if (passed("<!--", "-->") !== undefined) continue;
    const data = here === undefined ? undefined : passed("<![CDATA[", "]]>");
    if (here !== undefined && data !== undefined) {
      here.text += data;
      continue;
    }
    if (text.startsWith("<!", at) || text.startsWith("<?", at)) throw wrong("no DTD and no processing instruction");
    endTag.lastIndex = at;
    const ended = endTag.exec(text);
    if (ended !== null) {
      const last = open.pop();
      if (last === undefined || last.name !== ended[1]) throw wrong(`the end of ${last?.name ?? "nothing"}`);
      at = endTag.lastIndex;
      close(last);
      continue;
    }
    startTag.lastIndex = at;
    const started = startTag.exec(text);
    if (started === null) throw wrong("a tag");
    if (root !== undefined) throw wrong("one root element");
    elements += 1;
    if (elements > mostElements) throw wrong(`at most ${mostElements} elements`);
    if (open.length >= deepest) throw wrong(`at most ${deepest} elements within each other`);
    const element: Open = { name: started[1]!, attributes: attributesOf(started[2]!, wrong), children: [], text: "" };
    at = startTag.lastIndex;
    if (started[3] === "/") close(element);
    else open.push(element);
  }
  if (root === undefined || open.length > 0) throw wrong(`the end of ${open.at(-1)?.name ?? "a root element"}`);
  return root;
}

function attributesOf(raw: string, wrong: (wanted: string) => NegotiationError): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  for (const [, key, double, single] of raw.matchAll(attribute)) {
    if (found.has(key!)) throw wrong(`the attribute ${key} once`);
    found.set(key!, decoded(double ?? single ?? "", wrong));
  }
  return Object.fromEntries(found);
}

function decoded(raw: string, wrong: (wanted: string) => NegotiationError): string {
  if (!raw.includes("&")) return raw;
  return raw.replace(/&([^;&\s]{0,10});?/g, (whole, entity: string) => {
    const known = Object.hasOwn(predefined, entity) ? predefined[entity] : undefined;
    if (known !== undefined && whole.endsWith(";")) return known;
    const code = /^#x[0-9a-f]{1,6}$/i.test(entity)
      ? Number.parseInt(entity.slice(2), 16)
      : Number(/^#(\d{1,7})$/.exec(entity)?.[1]);
    const character =
      code === 9 || code === 10 || code === 13 || (code >= 32 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff));
    if (!whole.endsWith(";") || !character)
      throw wrong("of entities only &amp; &lt; &gt; &quot; &apos; and characters by number");
    return String.fromCodePoint(code);
  });
}

function lineOf(text: string, at: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i >= 0 && i < at; i = text.indexOf("\n", i + 1)) line += 1;
  return line;
}

function invalid(field: string, wanted: string, got: unknown): NegotiationError {
  return new NegotiationError("SCENARIO_INVALID", { field, wanted, got });
}
