import assert from "node:assert/strict";
import { test } from "node:test";
import { openSlo, toYaml } from "../../src/sla/openslo.ts";

const terms = [
  { indicator: "total", threshold: 2000, target: 0.95, source: "card" },
  { indicator: "success", threshold: undefined, target: 0.99, source: "config" },
] as const;

test("terms become OpenSLO v1: a service, an SLO per term over our own metrics, a policy of one condition per burn rule", () => {
  const documents = openSlo([{ agent: "Trainer Deep", description: "Trains", terms }], 30);
  assert.ok(documents.every(({ apiVersion }) => apiVersion === "openslo/v1"));
  assert.deepEqual(
    documents.map(({ kind }) => kind),
    ["Service", "SLO", "SLO", "AlertPolicy", "AlertPolicy", "AlertPolicy", "AlertPolicy"],
  );
  assert.deepEqual(documents[1]?.spec, {
    description: "95 % of tasks are done within 2000 ms",
    service: "trainer-deep",
    indicator: {
      metadata: { name: "trainer-deep-total-good" },
      spec: {
        ratioMetric: {
          counter: true,
          good: {
            metricSource: {
              type: "Prometheus",
              spec: { query: 'sum(entente_sla_outcomes_total{agent="Trainer Deep",indicator="total",verdict="good"})' },
            },
          },
          total: {
            metricSource: {
              type: "Prometheus",
              spec: { query: 'sum(entente_sla_outcomes_total{agent="Trainer Deep",indicator="total"})' },
            },
          },
        },
      },
    },
    timeWindow: [{ duration: "30d", isRolling: true }],
    budgetingMethod: "Occurrences",
    objectives: [{ displayName: "95 % of tasks are done within 2000 ms", target: 0.95 }],
    alertPolicies: ["page-1h", "page-6h", "ticket-24h", "ticket-3d"].map((alertPolicyRef) => ({ alertPolicyRef })),
  });
  const policy = JSON.parse(JSON.stringify(documents.at(-4)));
  assert.deepEqual(policy.spec.conditions[0].spec.condition, {
    kind: "burnrate",
    op: "gte",
    threshold: 14.4,
    lookbackWindow: "1h",
    alertAfter: "5m",
  });
});

test("the YAML says the same, texts in JSON's quotes", () => {
  const yaml = toYaml(openSlo([{ agent: "a: b", description: 'says "hi"\nand more', terms: terms.slice(1) }], 7).slice(0, 2));
  assert.equal(
    yaml,
    `---
apiVersion: "openslo/v1"
kind: "Service"
metadata:
  name: "a-b"
  displayName: "a: b"
spec:
  description: "says \\"hi\\"\\nand more"
---
apiVersion: "openslo/v1"
kind: "SLO"
metadata:
  name: "a-b-success"
  displayName: "a: b: success"
  annotations:
    "entente.dev/source": "config"
spec:
  description: "99 % of tasks are completed"
  service: "a-b"
  indicator:
    metadata:
      name: "a-b-success-good"
    spec:
      ratioMetric:
        counter: true
        good:
          metricSource:
            type: "Prometheus"
            spec:
              query: "sum(entente_sla_outcomes_total{agent=\\"a: b\\",indicator=\\"success\\",verdict=\\"good\\"})"
        total:
          metricSource:
            type: "Prometheus"
            spec:
              query: "sum(entente_sla_outcomes_total{agent=\\"a: b\\",indicator=\\"success\\"})"
  timeWindow:
    - duration: "7d"
      isRolling: true
  budgetingMethod: "Occurrences"
  objectives:
    - displayName: "99 % of tasks are completed"
      target: 0.99
  alertPolicies:
    - alertPolicyRef: "page-1h"
    - alertPolicyRef: "page-6h"
    - alertPolicyRef: "ticket-24h"
    - alertPolicyRef: "ticket-3d"
`,
  );
});
