import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { metricNames } from "./names.ts";

const seconds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300];

/** The hub's Prometheus metrics. One instance per hub, so that tests can run several. */
export class Metrics {
  readonly registry = new Registry();
  readonly httpRequests = this.#counter("httpRequests", ["route", "status"]);
  readonly httpDuration = this.#histogram("httpDuration", ["route"]);
  readonly toolCalls = this.#counter("toolCalls", ["tool", "outcome"]);
  readonly toolDuration = this.#histogram("toolDuration", ["tool"]);
  readonly agentTasks = this.#counter("agentTasks", ["agent", "state"]);
  readonly pushNotifications = this.#counter("pushNotifications", ["outcome"]);
  readonly eventsAppended = this.#gauge("eventsAppended", []);
  readonly eventStreams = this.#gauge("eventStreams", []);
  readonly mcpSessions = this.#gauge("mcpSessions", []);
  readonly routingCalls = this.#counter("routingCalls", ["outcome"]);
  readonly routingDuration = this.#histogram("routingDuration", ["outcome"]);
  readonly routingAttempts = this.#counter("routingAttempts", ["agent", "as", "outcome"]);
  readonly routingEjected = this.#gauge("routingEjected", ["agent"]);
  readonly slaTasks = this.#counter("slaTasks", ["agent", "outcome"]);
  readonly slaOutcomes = this.#counter("slaOutcomes", ["agent", "indicator", "verdict"]);
  readonly slaBudgetLeft = this.#gauge("slaBudgetLeft", ["agent", "indicator"]);
  readonly slaBurnRate = this.#gauge("slaBurnRate", ["agent", "indicator", "window"]);
  readonly slaBreached = this.#gauge("slaBreached", ["agent", "indicator", "severity"]);
  readonly slaSeconds = this.#gauge("slaSeconds", ["agent", "indicator", "quantile"]);
  readonly modelRequests = this.#counter("modelRequests", ["endpoint", "outcome"]);
  readonly modelTokens = this.#counter("modelTokens", ["endpoint", "kind"]);
  readonly modelTurns = this.#counter("modelTurns", ["endpoint", "outcome"]);
  readonly quantumJobs = this.#gauge("quantumJobs", ["state"]);
  readonly quantumEnded = this.#counter("quantumEnded", ["place", "state"]);
  readonly quantumWait = this.#histogram("quantumWait", ["priority"]);
  readonly quantumQpuTime = this.#counter("quantumQpuTime", []);
  readonly trainingLoss = this.#gauge("trainingLoss", ["model"]);
  readonly trainingRate = this.#gauge("trainingRate", ["model"]);
  readonly #looks: (() => Promise<void>)[] = [];

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Adds what is looked up when somebody reads the metrics, not when it changes. */
  onRead(look: () => Promise<void>): void {
    this.#looks.push(look);
  }

  /** The exposition text. */
  async text(): Promise<string> {
    await Promise.all(this.#looks.map((look) => look()));
    return this.registry.metrics();
  }

  #counter<L extends string>(key: keyof typeof metricNames, labelNames: readonly L[]): Counter<L> {
    return new Counter({ ...metricNames[key], labelNames: [...labelNames], registers: [this.registry] });
  }

  #gauge<L extends string>(key: keyof typeof metricNames, labelNames: readonly L[]): Gauge<L> {
    return new Gauge({ ...metricNames[key], labelNames: [...labelNames], registers: [this.registry] });
  }

  #histogram<L extends string>(key: keyof typeof metricNames, labelNames: readonly L[]): Histogram<L> {
    return new Histogram({ ...metricNames[key], labelNames: [...labelNames], buckets: seconds, registers: [this.registry] });
  }
}
