/** Terms and facts of an agent's service in words. Pure. */
import { counted, duration, percent } from "./figures.ts";
import type { Term } from "./hub/service-level.ts";

const extension = "https://entente.dev/a2a/ext/sla/v1";

/** What a term asks: `95 % taken within 500 ms`. */
export function asked({ indicator, threshold, target }: Pick<Term, "indicator" | "threshold" | "target">): string {
  const share = percent(target);
  switch (indicator) {
    case "success":
      return `${share} completed`;
    case "accept":
      return `${share} taken within ${duration(threshold)}`;
    case "first-artifact":
      return `${share} with a first result within ${duration(threshold)}`;
    case "total":
      return `${share} done within ${duration(threshold)}`;
    default:
      return `${share} for ${counted(threshold, "credit")} at most`;
  }
}

const sources: Readonly<Record<string, string>> = {
  config: "the hub's default",
  card: "promised on its card",
  set: "set by the operator",
  agreement: "by agreement",
};

/** Where a term comes from. */
export function sourceOf(source: string): string {
  return sources[source] ?? source;
}

/** What an indicator is called. */
export function indicatorName(indicator: string): string {
  return { accept: "taken", "first-artifact": "first result", total: "done" }[indicator] ?? indicator;
}

/** A window: `1 h`, `24 h`, `3 d`. */
export function windowName(ms: number): string {
  const hours = ms / 3_600_000;
  return hours <= 24 ? `${hours} h` : `${hours / 24} d`;
}

/** What a card says of the agent's service beyond skills, as names and values. */
export function serviceFacts(card: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] {
  const params = paramsOf(card);
  const data = record(params.data);
  return [
    ["Version", text(card.version)],
    ["Region", text(params.region)],
    ["Price", typeof params.price === "number" ? `${counted(params.price, "credit")} a task` : undefined],
    ["Data", data && dataWords(data)],
    ["Idempotent", Array.isArray(params.idempotentSkills) ? params.idempotentSkills.join(", ") : undefined],
  ].flatMap(([name, value]) => (name !== undefined && value ? [[name, value] as const] : []));
}

function dataWords(data: Readonly<Record<string, unknown>>): string {
  const keeps = data.retains === false ? "keeps nothing" : "may keep it";
  const trains = data.trains === false ? "does not train on it" : "may train on it";
  return `takes ${text(data.accepts) ?? "public"} data, ${keeps}, ${trains}`;
}

function paramsOf(card: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const list = record(card.capabilities)?.extensions;
  const found = Array.isArray(list) ? list.find((one) => record(one)?.uri === extension) : undefined;
  return record(record(found)?.params) ?? {};
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  // why: any object may be read by its keys
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
