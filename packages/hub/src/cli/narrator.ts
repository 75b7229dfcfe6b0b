/** Tells people what agents do: one line for each event worth one. Pure. */
import type { HubEvent } from "../store/event-log.ts";
import { paint } from "./terminal.ts";

/** The line for an event, or undefined for what only machines want to read. */
export function narrate(event: HubEvent): string | undefined {
  const sentence = sentenceOf(event);
  if (sentence === undefined) return undefined;
  const time = new Date(event.at).toTimeString().slice(0, 8);
  return `${paint("dim", time)}  ${paint("cyan", event.actor.padEnd(16))}  ${sentence}`;
}

function sentenceOf({ kind, subject, data }: HubEvent): string | undefined {
  switch (kind) {
    case "run.started":
      return `begins to learn from ${data.root}`;
    case "source.ingested":
      return `read ${Number(data.added) + Number(data.changed)} new or changed files of ${data.files} in ${data.durationMs} ms (${data.unchanged} unchanged, ${data.removed} gone)`;
    case "negotiation.announced":
      return `calls for proposals: "${data.about}" to ${list(data.bidders)}`;
    case "negotiation.event":
      if (data.type === "propose")
        return `bids ${figure(data.price)} credits, ${seconds(data.promisedMs)}, quality ${figure(data.quality)}: ${reason(data.details)}`;
      if (data.type === "refuse") return `declines${data.reason ? `: ${data.reason}` : ""}`;
      return data.type === "failure" ? `fails: ${data.reason}` : undefined;
    case "bargain.opened":
      return data.replaces === undefined
        ? `opens a negotiation about "${data.about}" between ${list(data.parties)}`
        : paint("yellow", `opens the negotiation about "${data.about}" again: ${data.replaces} was broken`);
    case "bargain.closed":
      return data.outcome === "agreement"
        ? undefined
        : paint("yellow", `negotiated about "${data.about}" without a deal: ${data.reason}`);
    case "agreement.signed":
      return data.terms === undefined
        ? `awards "${data.about}" to ${paint("bold", String(data.contractor))} for ${figure(data.price)} credits`
        : `agrees with ${paint("bold", String(data.contractor))} about "${data.about}": ${words(data.terms)}`;
    case "agreement.fulfilled":
      return data.tasks === undefined
        ? `kept its promise for "${data.about}": ${seconds(data.elapsedMs)} of ${seconds(data.promisedMs)}`
        : paint("green", `kept its agreement about "${data.about}": ${data.completed} of ${data.tasks} tasks`);
    case "agreement.late":
      return paint(
        "yellow",
        data.tasks === undefined
          ? `was late with "${data.about}": ${seconds(data.elapsedMs)} instead of ${seconds(data.promisedMs)}`
          : `was late with ${data.late} of ${data.tasks} tasks of its agreement about "${data.about}"`,
      );
    case "agreement.failed":
      if (data.replacedBy !== undefined) return `has a new agreement about "${data.about}" in place of a broken one`;
      return paint(
        "red",
        data.tasks === undefined
          ? `broke "${data.about}": ${data.problem}`
          : `broke its agreement about "${data.about}": ${data.completed} of ${data.tasks} tasks were completed`,
      );
    case "agreement.expired":
      return `had nothing to do under its agreement about "${data.about}", which is over`;
    case "vote.opened":
      return `calls a vote on "${data.about}": ${list(data.parties)}`;
    case "vote.closed":
      return `the vote on "${data.about}" ends: ${data.outcome}${data.winner === undefined ? "" : `, ${paint("bold", String(data.winner))}`}`;
    case "auction.opened":
      return `auctions "${data.about}" (${data.kind}): ${list(data.parties)}`;
    case "auction.closed":
      return `the auction of "${data.about}" ends: ${data.outcome}${awards(data.awards)}`;
    case "selection.made":
      return `chose ${data.texts} texts by ${data.method}, score ${figure(data.score)}`;
    case "version.registered":
      return `made version ${data.number} of ${data.model}`;
    case "version.passed":
      return paint("green", `lets version ${data.number} pass: ${data.reason}`);
    case "version.refused":
      return paint("yellow", `refuses version ${data.number}: ${data.reason}`);
    case "version.promoted":
      return paint("green", `version ${data.number} of ${data.model} is the champion now`);
    case "version.rolled-back":
      return paint("yellow", `went back to version ${data.number} of ${data.model}`);
    case "plan.opened":
      return `begins the plan "${data.about}", ${data.tasks === 1 ? "one task" : `${data.tasks} tasks`}${data.budget === undefined ? "" : ` for at most ${figure(data.budget)} credits`}`;
    case "plan.task.done":
      return `has "${data.task}" of "${data.about}" done by ${list(data.contractors)} for ${figure(data.price)} credits`;
    case "plan.task.failed":
      return paint("yellow", `could not have "${data.task}" of "${data.about}" done: ${data.reason}`);
    case "plan.closed": {
      const sentence = `ends the plan "${data.about}": ${data.outcome}, for ${figure(data.spent)} credits${data.why === undefined ? "" : `; ${data.why}`}`;
      return paint(data.outcome === "done" ? "green" : "yellow", sentence);
    }
    case "run.unchanged":
      return "nothing new to learn";
    case "run.failed":
      return paint("red", `run ${subject} failed: ${data.problem}`);
    default:
      return undefined;
  }
}

function figure(value: unknown): string {
  return typeof value === "number" ? (Number.isInteger(value) ? String(value) : value.toFixed(2)) : "?";
}

function seconds(value: unknown): string {
  return typeof value === "number" ? `${(value / 1000).toFixed(1)} s` : "no promise";
}

function words(terms: unknown): string {
  return typeof terms === "object" && terms !== null
    ? Object.entries(terms)
        .map(([issue, value]) => `${issue} ${value}`)
        .join(", ")
    : "";
}

function list(value: unknown): string {
  return Array.isArray(value) ? value.join(", ") : "nobody";
}

function reason(details: unknown): string {
  return typeof details === "object" && details !== null && "reason" in details ? String(details.reason) : "";
}

function awards(value: unknown): string {
  if (!Array.isArray(value) || value.length === 0) return "";
  const each = value.map((award: { readonly [field: string]: unknown }) => `${award.to} for ${figure(award.price)}`);
  return `, ${paint("bold", each.join(", "))}`;
}
