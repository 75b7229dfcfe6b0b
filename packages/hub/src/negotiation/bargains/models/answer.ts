/**
 * A model's answer as an act. Models wrap JSON in fences, think aloud before it and explain it after; what they mean must be beyond doubt
 * all the same: the answer counts when it is one JSON object, or has exactly one fenced block, or else exactly one object in it. What is
 * inside must be one act and nothing that contradicts it. Pure.
 */
import type { NegotiationAct } from "@entente/sdk";
import { z } from "zod";
import { asEntenteError } from "../../../base/errors.ts";
import { wordsOf } from "../session.ts";
import { type BargainTerms, outcomeOf } from "../terms.ts";

const answered = z.object({
  act: z.enum(["offer", "accept", "end"]),
  offer: z.record(z.string(), z.union([z.string(), z.number()])).nullish(),
  text: z.string().nullish(),
});

/** An act, or in a sentence why there is none. */
export type Reading = { readonly act: NegotiationAct } | { readonly problem: string };

const longestAnswer = 64 * 1024;

/** Reads an answer. `standing` is the offer that could be accepted. */
export function readAnswer(text: string, terms: BargainTerms, standing: Readonly<Record<string, string>> | undefined): Reading {
  if (text.length > longestAnswer) return { problem: `wanted an answer of at most ${longestAnswer} characters` };
  const found = objectIn(text);
  if ("problem" in found) return found;
  const read = answered.safeParse(found.object);
  if (!read.success) {
    const [issue] = read.error.issues;
    return { problem: `wanted {"act", "offer", "text"}; ${[...(issue?.path ?? []), issue?.message].join(": ")}` };
  }
  const { act, offer } = read.data;
  const words = read.data.text ? { text: read.data.text } : {};
  if (act === "end") return { act: { act, ...words } };
  if (act === "offer" && !offer) return { problem: "wanted an offer beside the act: for each issue one of its values; got none" };
  let named: Readonly<Record<string, string>> | undefined;
  try {
    if (offer) named = wordsOf(terms, outcomeOf(terms, offer));
  } catch (thrown) {
    return { problem: asEntenteError(thrown).message };
  }
  if (act === "offer") return { act: { act, offer: { ...named }, ...words } };
  // Who accepts one thing and names another has not understood what stands.
  if (named && standing && Object.entries(named).some(([issue, value]) => standing[issue] !== value))
    return { problem: "accept takes the offer that stands, as it is; got another offer beside it" };
  return { act: { act, ...words } };
}

function objectIn(text: string): { readonly object: unknown } | { readonly problem: string } {
  const said = withoutThoughts(text).trim();
  const whole = parsed(said);
  if (whole !== undefined) return { object: whole };
  const blocks = fenced(said)
    .map(parsed)
    .filter((block) => block !== undefined);
  if (blocks.length === 1) return { object: blocks[0] };
  if (blocks.length > 1) return { problem: `wanted one JSON object; got ${blocks.length}` };
  const objects = balanced(said)
    .map(parsed)
    .filter((object) => object !== undefined);
  if (objects.length === 1) return { object: objects[0] };
  return { problem: `wanted one JSON object; got ${objects.length === 0 ? "none that can be read" : objects.length}` };
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

// What a model thinks before it answers is no answer. (By hand: a regular expression would read a long answer again from every mark.)
function withoutThoughts(text: string): string {
  const lower = text.toLowerCase();
  let [said, at] = ["", 0];
  for (;;) {
    const from = lower.indexOf("<think", at);
    const to = from < 0 ? -1 : lower.indexOf("</think", from);
    const end = to < 0 ? -1 : text.indexOf(">", to);
    if (end < 0) return said + text.slice(at);
    said += text.slice(at, from);
    at = end + 1;
  }
}

// What stands between fences, without the name of a language.
function fenced(text: string): readonly string[] {
  return text
    .split("```")
    .filter((_, place, all) => place % 2 === 1 && place < all.length - 1)
    .map((block) => block.replace(/^[a-z]{1,20}\s/i, "").trim());
}

// The outermost {…} of a text, strings inside them respected.
function balanced(text: string): readonly string[] {
  const found: string[] = [];
  let [depth, from, inString] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (inString) {
      if (letter === "\\") at += 1;
      else if (letter === '"') inString = false;
    } else if (depth > 0 && letter === '"') inString = true;
    else if (letter === "{") {
      if (depth === 0) from = at;
      depth += 1;
    } else if (letter === "}" && depth > 0) {
      depth -= 1;
      if (depth === 0) found.push(text.slice(from, at + 1));
    }
  }
  return found;
}
