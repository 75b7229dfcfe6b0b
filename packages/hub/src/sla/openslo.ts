/**
 * Terms as OpenSLO v1 documents (openslo.com): a Service per agent, one SLO per term over the hub's Prometheus metrics,
 * and one AlertPolicy per burn rule (v1 allows a policy one condition; its `alertAfter` stands for our short window).
 */
import { metricNames } from "../telemetry/names.ts";
import { burnRules } from "./burn.ts";
import type { Term } from "./terms.ts";

/** Anything that a document is made of. */
export type OpenSloValue = string | number | boolean | readonly OpenSloValue[] | { readonly [key: string]: OpenSloValue };

/** One document. */
export interface OpenSloDocument {
  readonly [key: string]: OpenSloValue;
  readonly apiVersion: "openslo/v1";
  readonly kind: "Service" | "SLO" | "AlertPolicy";
}

const version = "openslo/v1" as const;
const outcomes = metricNames.slaOutcomes.name;

/** The documents of agents' terms; the alert policies that all share come once, at the end. */
export function openSlo(
  agents: readonly { readonly agent: string; readonly description: string; readonly terms: readonly Term[] }[],
  windowDays: number,
): readonly OpenSloDocument[] {
  return [
    ...agents.flatMap(({ agent, description, terms }) => [
      {
        apiVersion: version,
        kind: "Service" as const,
        metadata: { name: nameOf(agent), displayName: agent },
        spec: { description: description.slice(0, 1050) },
      },
      ...terms.map((term) => slo(agent, term, windowDays)),
    ]),
    ...burnRules.map((rule): OpenSloDocument => {
      const name = policyName(rule);
      const description = `The error budget burns ${rule.factor} times as fast as allowed, over ${shorthand(rule.longMs)} and over ${shorthand(rule.shortMs)}.`;
      return {
        apiVersion: version,
        kind: "AlertPolicy",
        metadata: { name },
        spec: {
          description,
          alertWhenBreaching: true,
          alertWhenResolved: true,
          alertWhenNoData: false,
          conditions: [
            {
              kind: "AlertCondition",
              metadata: { name: `${name}-condition` },
              spec: {
                description,
                severity: rule.severity,
                condition: {
                  kind: "burnrate",
                  op: "gte",
                  threshold: rule.factor,
                  lookbackWindow: shorthand(rule.longMs),
                  alertAfter: shorthand(rule.shortMs),
                },
              },
            },
          ],
          notificationTargets: [],
        },
      };
    }),
  ];
}

function slo(agent: string, term: Term, windowDays: number): OpenSloDocument {
  const name = `${nameOf(agent)}-${term.indicator}`;
  const query = (verdict: string): string => {
    const labels = [
      `agent=${JSON.stringify(agent)}`,
      `indicator="${term.indicator}"`,
      ...(verdict ? [`verdict="${verdict}"`] : []),
    ];
    return `sum(${outcomes}{${labels.join(",")}})`;
  };
  const source = (text: string) => ({ metricSource: { type: "Prometheus", spec: { query: text } } });
  return {
    apiVersion: version,
    kind: "SLO",
    metadata: { name, displayName: `${agent}: ${term.indicator}`, annotations: { "entente.dev/source": term.source } },
    spec: {
      description: sentence(term),
      service: nameOf(agent),
      indicator: {
        metadata: { name: `${name}-good` },
        spec: { ratioMetric: { counter: true, good: source(query("good")), total: source(query("")) } },
      },
      timeWindow: [{ duration: `${windowDays}d`, isRolling: true }],
      budgetingMethod: "Occurrences",
      objectives: [{ displayName: sentence(term), target: term.target }],
      alertPolicies: burnRules.map((rule) => ({ alertPolicyRef: policyName(rule) })),
    },
  };
}

function sentence({ indicator, threshold, target }: Term): string {
  const share = `${Number((target * 100).toFixed(3))} % of tasks`;
  switch (indicator) {
    case "success":
      return `${share} are completed`;
    case "cost":
      return `${share} cost ${threshold} credits at most`;
    case "accept":
      return `${share} are taken within ${threshold} ms`;
    case "first-artifact":
      return `${share} have a first result within ${threshold} ms`;
    case "total":
      return `${share} are done within ${threshold} ms`;
  }
}

function policyName(rule: (typeof burnRules)[number]): string {
  return `${rule.severity}-${shorthand(rule.longMs)}`;
}

function shorthand(ms: number): string {
  return ms < 3_600_000 ? `${ms / 60_000}m` : ms <= 86_400_000 ? `${ms / 3_600_000}h` : `${ms / 86_400_000}d`;
}

// OpenSLO names follow RFC 1123: lower-case letters, digits and dashes, 63 at most.
function nameOf(agent: string): string {
  return (
    agent
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 48) || "agent"
  );
}

/** The documents as a YAML stream. Every text is written in JSON's quotes, which YAML reads alike. */
export function toYaml(documents: readonly OpenSloDocument[]): string {
  return documents.map((document) => `---\n${lines(document, "").join("\n")}\n`).join("");
}

function lines(value: OpenSloValue, indent: string): readonly string[] {
  if (Array.isArray(value))
    return value.flatMap((item: OpenSloValue) => {
      const [first = "", ...rest] = lines(item, `${indent}  `);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  if (typeof value !== "object") return [`${indent}${JSON.stringify(value)}`];
  return Object.entries(value).flatMap(([key, member]) => {
    const name = /^[A-Za-z][A-Za-z0-9]*$/.test(key) ? key : JSON.stringify(key);
    if (typeof member !== "object") return [`${indent}${name}: ${JSON.stringify(member)}`];
    if (Array.isArray(member) && member.length === 0) return [`${indent}${name}: []`];
    return [`${indent}${name}:`, ...lines(member, `${indent}  `)];
  });
}
