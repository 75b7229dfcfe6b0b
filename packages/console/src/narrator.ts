/** Tells people what agents do: one sentence for each event worth one, without the actor's name. Pure. */
import { counted, figure } from "./figures.ts";
import type { HubEvent } from "./hub/event.ts";

/** `good`, `warn` and `bad` are worth a colour. */
export type Tone = "plain" | "good" | "warn" | "bad";

/** A sentence, and whether it is news or only what machines say to each other. */
export interface Sentence {
  readonly text: string;
  readonly tone: Tone;
  readonly news: boolean;
}

/** The sentence for an event. Kinds that nobody wrote one for are named as they are. */
export function narrate(event: HubEvent): Sentence {
  const told = news(event);
  if (told !== undefined) return { tone: "plain", news: true, ...(typeof told === "string" ? { text: told } : told) };
  return { text: chatter(event), tone: event.data.outcome && event.data.outcome !== "ok" ? "bad" : "plain", news: false };
}

type Told = string | { readonly text: string; readonly tone: Tone } | undefined;

function news({ kind, data, subject }: HubEvent): Told {
  switch (kind) {
    case "hub.started":
      return `opens: version ${data.version} on ${data.engine}`;
    case "hub.stopped":
      return "closes";
    case "run.started":
      return `begins to learn from ${data.root}`;
    case "source.ingested":
      return `read ${Number(data.added) + Number(data.changed)} new or changed files of ${data.files} in ${data.durationMs} ms (${data.unchanged} unchanged, ${data.removed} gone)`;
    case "negotiation.announced":
      return `calls for proposals: “${data.about}” to ${list(data.bidders)}`;
    case "negotiation.event":
      return negotiationNews(data);
    case "bargain.opened":
      return data.replaces === undefined
        ? `opens a negotiation about “${data.about}” between ${list(data.parties)}`
        : warn(`opens the negotiation about “${data.about}” again, since ${data.replaces} was broken`);
    case "bargain.closed":
      return data.outcome === "agreement" ? undefined : warn(`negotiated about “${data.about}” without a deal: ${data.reason}`);
    case "agreement.signed":
    case "agreement.fulfilled":
    case "agreement.late":
    case "agreement.failed":
    case "agreement.expired":
      return data.terms === undefined && data.tasks === undefined && data.replacedBy === undefined
        ? awardNews(kind, data)
        : agreementNews(kind, data);
    case "selection.made":
      return `chose ${data.texts} texts by ${data.method}, score ${figure(data.score, 4)}`;
    case "version.registered":
      return `made version ${data.number} of ${data.model}`;
    case "version.passed":
      return good(`lets version ${data.number} pass: ${data.reason}`);
    case "version.refused":
      return warn(`refuses version ${data.number}: ${data.reason}`);
    case "version.promoted":
      return good(`version ${data.number} of ${data.model} is the champion now`);
    case "version.rolled-back":
      return warn(`went back to version ${data.number} of ${data.model}`);
    case "run.unchanged":
      return "nothing new to learn";
    case "run.failed":
      return bad(`run ${subject} failed: ${data.problem}`);
    case "plan.opened":
      return `begins the plan “${data.about}”: ${counted(data.tasks, "task")}${data.budget === undefined ? "" : ` for at most ${counted(data.budget, "credit")}`}`;
    case "plan.task.done":
      return `has “${data.task}” of “${data.about}” done by ${list(data.contractors)} for ${counted(data.price, "credit")}`;
    case "plan.task.failed":
      return warn(`could not have “${data.task}” of “${data.about}” done: ${data.reason}`);
    case "plan.closed":
      return planEnd(data);
    case "sla.breached":
      return slaNews(subject, data);
    case "sla.recovered":
      return good(`${subject} keeps its ${data.indicator} term again`);
    case "sla.terms-set":
      return `sets the terms of ${subject}`;
    case "routing.decided":
      return data.outcome === "failed" ? bad(`found nobody to do “${data.skill ?? "it"}”: ${data.problem}`) : undefined;
    default:
      return undefined;
  }
}

function awardNews(kind: string, data: HubEvent["data"]): Told {
  const { about } = data;
  switch (kind) {
    case "agreement.signed":
      return `awards “${about}” to ${data.contractor} for ${counted(data.price, "credit")}`;
    case "agreement.fulfilled":
      return good(`kept its promise for “${about}”: ${seconds(data.elapsedMs)} of ${seconds(data.promisedMs)}`);
    case "agreement.late":
      return warn(`was late with “${about}”: ${seconds(data.elapsedMs)} instead of ${seconds(data.promisedMs)}`);
    default:
      return bad(`broke “${about}”: ${data.problem}`);
  }
}

function agreementNews(kind: string, data: HubEvent["data"]): Told {
  const { about, tasks } = data;
  switch (kind) {
    case "agreement.signed":
      return `agrees with ${data.contractor} about “${about}”: ${words(data.terms)}`;
    case "agreement.fulfilled":
      return good(`kept its agreement about “${about}”: ${data.completed} of ${tasks} tasks`);
    case "agreement.late":
      return warn(`was late with ${data.late} of ${tasks} tasks of its agreement about “${about}”`);
    case "agreement.expired":
      return `had nothing to do under its agreement about “${about}”, which is over`;
    default:
      return data.replacedBy === undefined
        ? bad(`broke its agreement about “${about}”: ${data.completed} of ${tasks} tasks were completed`)
        : `has a new agreement about “${about}” in place of a broken one`;
  }
}

function planEnd({ about, outcome, spent, why }: HubEvent["data"]): Told {
  const text = `ends the plan “${about}”: ${outcome}, for ${counted(spent, "credit")}${why ? `; ${why}` : ""}`;
  return outcome === "done" ? good(text) : outcome === "failed" ? bad(text) : warn(text);
}

function slaNews(agent: string, { severity, indicator, because, agreement }: HubEvent["data"]): Told {
  if (agreement) return bad(`${agent} broke agreement ${agreement}: ${because}`);
  const text = `${agent} breaks its ${indicator} term: ${because}`;
  return severity === "page" ? bad(text) : warn(text);
}

function negotiationNews(data: HubEvent["data"]): Told {
  if (data.type === "propose") {
    const why = reason(data.details);
    return `bids ${counted(data.price, "credit")}, ${seconds(data.promisedMs)}, quality ${figure(data.quality)}${why ? `: ${why}` : ""}`;
  }
  if (data.type === "refuse") return `declines${data.reason ? `: ${data.reason}` : ""}`;
  return data.type === "failure" ? bad(`fails: ${data.reason}`) : undefined;
}

function chatter({ kind, data, subject }: HubEvent): string {
  switch (kind) {
    case "tool.called":
      return `called ${subject}, ${data.outcome === "ok" ? "" : `${data.outcome}, `}${seconds(data.durationMs)}`;
    case "agent.registered":
      return `takes in ${subject}: ${list(data.skills)}`;
    case "bargain.offered":
      return `offers ${words(data.offer)} for “${data.about}”`;
    case "bargain.accepted":
      return `accepts what was offered for “${data.about}”`;
    case "run.entered":
      return `the run goes on to “${data.phase}”`;
    case "task.started":
      return `took a task from ${data.owner}${data.text ? `: ${data.text}` : ""}`;
    case "routing.decided":
      return `had ${data.agent} do “${data.skill ?? "it"}” in ${seconds(data.totalMs)}`;
    case "task.ended":
      return `ended its task: ${String(data.state).replace("TASK_STATE_", "").toLowerCase()}`;
    default:
      return `${kind} ${subject}`;
  }
}

const good = (text: string): Told => ({ text, tone: "good" });
const warn = (text: string): Told => ({ text, tone: "warn" });
const bad = (text: string): Told => ({ text, tone: "bad" });

function seconds(value: unknown): string {
  return typeof value === "number" ? `${(value / 1000).toFixed(value < 100 ? 2 : 1)} s` : "no promise";
}

function words(terms: unknown): string {
  return typeof terms === "object" && terms !== null
    ? Object.entries(terms)
        .map(([issue, value]) => `${issue} ${value}`)
        .join(", ")
    : "";
}

function list(value: unknown): string {
  return Array.isArray(value) && value.length > 0 ? value.join(", ") : "nobody";
}

function reason(details: unknown): string {
  return typeof details === "object" && details !== null && "reason" in details ? String(details.reason) : "";
}
