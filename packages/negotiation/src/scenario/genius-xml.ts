/**
 * Profiles of Genius (utility_space XML), linear-additive and with hyper-rectangles.
 *
 * - Discrete issues: an item's evaluation is divided by the largest of its issue. Integer issues: slope * (value - lowerbound) + offset,
 *   within 0 and 1. Weights are divided by their sum.
 * - Hyper-rectangles: bounds are values of integer issues, or places of items from 0; an issue that is not named is free. Utility is what
 *   the boxes add up to, by the space's `maxutility` where it has a positive one, else by the sum of all.
 * - Reservation and discount are taken as they are; the reservation of a discounted domain is not discounted here.
 *
 * Refused with a reason: issues of real numbers, evaluators other than linear, boxes that exclude.
 */
import { NegotiationError } from "../errors.ts";
import type { Issue } from "./domain.ts";
import { checkedProfile, type ImportedProfile, mostValues } from "./imported.ts";
import type { Constraint, Preferences } from "./preferences.ts";
import { readXml, type XmlElement } from "./xml.ts";

interface ReadIssue {
  readonly index: string;
  readonly issue: Issue;
  /** Undefined where the file says nothing of it, as spaces of hyper-rectangles do. */
  readonly row: readonly number[] | undefined;
  /** The value at place 0 of an integer issue; 0 for items, whose places begin there. */
  readonly first: number;
}

/** Reads a profile; `name` is the party's, since these files have none. Throws `SCENARIO_INVALID`. */
export function readGeniusProfile(xml: string, name: string): ImportedProfile {
  const root = readXml(xml);
  if (root.name !== "utility_space") throw invalid(name, "the element utility_space", root.name);
  const objective = all(root, "objective")[0] ?? root;
  const read = all(objective, "issue").map((one, k) => issueFrom(one, `${name}.issue[${k}]`));
  const boxes = all(root, "hyperRectangle");
  const common = {
    reservation: settingOf(root, "reservation", 0, name),
    discount: settingOf(root, "discount_factor", 1, name) || 1,
  };
  const preferences: Preferences =
    boxes.length > 0
      ? { kind: "constraints", ...common, ...boxesFrom(root, boxes, read, name) }
      : { kind: "additive", ...common, ...additiveFrom(objective, read, name) };
  return checkedProfile({
    name,
    domainName: objective.attributes.name || name,
    issues: read.map(({ issue }) => issue),
    preferences,
  });
}

function issueFrom(element: XmlElement, at: string): ReadIssue {
  const { name = "", index = "", vtype, type, etype } = element.attributes;
  const kind = vtype ?? type ?? etype ?? "discrete";
  if (kind === "discrete") {
    const items = all(element, "item");
    const evaluations = items.map((item, i) => {
      const { evaluation } = item.attributes;
      return evaluation === undefined ? undefined : numberFrom(evaluation, `${at}.item[${i}].evaluation`);
    });
    const most = evaluations.reduce<number>((best, one) => Math.max(best, one ?? 0), 0);
    const known = evaluations.every((one) => one !== undefined);
    const row = known ? evaluations.map((one) => (most > 0 ? one / most : 0)) : undefined;
    return { index, issue: { name, values: items.map((item) => item.attributes.value ?? "") }, row, first: 0 };
  }
  if (kind !== "integer") throw invalid(`${at}.type`, "discrete or integer", kind);
  const range = all(element, "range")[0] ?? element;
  const low = numberFrom(range.attributes.lowerbound, `${at}.lowerbound`);
  const high = numberFrom(range.attributes.upperbound, `${at}.upperbound`);
  const count = high - low + 1;
  if (!Number.isInteger(low) || !Number.isInteger(high) || count < 1 || count > mostValues)
    throw invalid(`${at}.upperbound`, `1 to ${mostValues} whole numbers from ${low}`, high);
  const values = Array.from({ length: count }, (_, i) => low + i);
  const [evaluator] = all(element, "evaluator");
  let row: readonly number[] | undefined;
  if (evaluator !== undefined) {
    const { ftype, slope, offset } = evaluator.attributes;
    if (ftype !== undefined && ftype !== "linear") throw invalid(`${at}.evaluator.ftype`, "linear", ftype);
    const [rise, base] = [numberFrom(slope, `${at}.evaluator.slope`), numberFrom(offset, `${at}.evaluator.offset`)];
    row = values.map((value) => Math.min(1, Math.max(0, rise * (value - low) + base)));
  }
  return { index, issue: { name, values: values.map(String) }, row, first: low };
}

function additiveFrom(objective: XmlElement, read: readonly ReadIssue[], name: string) {
  const given = new Map(all(objective, "weight").map(({ attributes }) => [attributes.index ?? "", attributes.value]));
  const weights = read.map(({ index }, k) => numberFrom(given.get(index), `${name}.weight[${k}]`));
  const sum = weights.reduce((total, one) => total + one, 0);
  if (!(sum > 0)) throw invalid(`${name}.weight`, "weights that add up to more than 0", sum);
  const evaluations = read.map(({ row, issue }) => {
    if (row === undefined)
      throw invalid(`${name}.${issue.name}`, "an evaluation for each value", "none: is this a domain, not a profile?");
    return row;
  });
  return { weights: weights.map((one) => one / sum), evaluations };
}

function boxesFrom(root: XmlElement, boxes: readonly XmlElement[], read: readonly ReadIssue[], name: string) {
  const constraints = boxes.map((box, i): Constraint => {
    const at = `${name}.hyperRectangle[${i}]`;
    if (all(box, "EXCLUDES").length > 0) throw invalid(at, "INCLUDES alone", "EXCLUDES");
    const low = read.map(() => 0);
    const high = read.map(({ issue }) => issue.values.length - 1);
    for (const { attributes } of all(box, "INCLUDES")) {
      const k = read.findIndex(({ index }) => index === attributes.index);
      if (k < 0) throw invalid(`${at}.index`, `one of ${read.map(({ index }) => index).join(", ")}`, attributes.index);
      low[k] = Math.max(low[k]!, Math.ceil(numberFrom(attributes.min, `${at}.min`) - read[k]!.first));
      high[k] = Math.min(high[k]!, Math.floor(numberFrom(attributes.max, `${at}.max`) - read[k]!.first));
    }
    return { low, high, worth: numberFrom(box.attributes.utility, `${at}.utility`) };
  });
  const most = all(root, "utility_function").map(({ attributes }) => Number(attributes.maxutility))[0];
  return { constraints, ...(most !== undefined && most > 0 ? { best: most } : {}) };
}

function settingOf(root: XmlElement, element: string, otherwise: number, name: string): number {
  const [found] = all(root, element);
  return found === undefined ? otherwise : numberFrom(found.attributes.value, `${name}.${element}.value`);
}

function numberFrom(raw: string | undefined, field: string): number {
  const value = raw === undefined || raw.trim() === "" ? Number.NaN : Number(raw);
  if (!Number.isFinite(value)) throw invalid(field, "a number", raw);
  return value;
}

// All elements of a name, however deep, in the order of the document.
function all(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...all(child, name)]);
}

function invalid(field: string, wanted: string, got: unknown): NegotiationError {
  return new NegotiationError("SCENARIO_INVALID", { field, wanted, got });
}
