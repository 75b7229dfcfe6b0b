/** Every metric the hub exposes, with its help text. docs/reference/metrics.md lists the same names. */
export const metricNames = {
  httpRequests: { name: "entente_http_requests_total", help: "HTTP requests answered, by route and status" },
  httpDuration: { name: "entente_http_request_duration_seconds", help: "Time to answer an HTTP request, by route" },
  toolCalls: { name: "entente_tool_calls_total", help: "Tool calls ended, by tool and outcome (ok or an error code)" },
  toolDuration: { name: "entente_tool_duration_seconds", help: "Time of a tool call, by tool" },
  agentTasks: { name: "entente_agent_tasks_total", help: "A2A tasks ended, by agent and state" },
  pushNotifications: {
    name: "entente_push_notifications_total",
    help: "Push notifications sent, by outcome (delivered, refused by the receiver, or failed before it)",
  },
  eventsAppended: { name: "entente_events_head", help: "Number of the newest event in the log" },
  eventStreams: { name: "entente_event_streams", help: "Live event streams open" },
  mcpSessions: { name: "entente_mcp_sessions", help: "Sessions of older MCP clients open" },
  routingCalls: { name: "entente_routing_calls_total", help: "Calls sent by routing, by outcome (ok or failed)" },
  routingDuration: {
    name: "entente_routing_duration_seconds",
    help: "Time of a call sent by routing, retries and hedges within, by outcome",
  },
  routingAttempts: {
    name: "entente_routing_attempts_total",
    help: "Attempts at agents, by agent, as (first, retry, hedge) and outcome",
  },
  routingEjected: {
    name: "entente_routing_ejected",
    help: "Whether routing has ejected an agent: 1 while its breaker is not closed",
  },
  slaTasks: { name: "entente_sla_tasks_total", help: "Tasks measured, by agent and how they ended" },
  slaOutcomes: { name: "entente_sla_outcomes_total", help: "Verdicts on tasks, by agent, indicator and verdict (good or bad)" },
  slaBudgetLeft: {
    name: "entente_sla_budget_left_ratio",
    help: "Share of the error budget that is left, by agent and indicator",
  },
  slaBurnRate: { name: "entente_sla_burn_rate", help: "Burn rate of the error budget, by agent, indicator and window" },
  slaBreached: { name: "entente_sla_breached", help: "Whether a term is in breach, by agent, indicator and severity" },
  slaSeconds: {
    name: "entente_sla_seconds",
    help: "Times of the last hour, by agent, indicator and quantile (nearest rank, relative error 1 %)",
  },
  modelRequests: {
    name: "entente_model_requests_total",
    help: "Requests to configured language models, retries within, by endpoint and outcome (ok or an error code)",
  },
  modelTokens: {
    name: "entente_model_tokens_total",
    help: "Tokens of language models, by endpoint and kind (prompt, completion)",
  },
  modelTurns: {
    name: "entente_model_turns_total",
    help: "Bargaining turns of language models, by endpoint and outcome (acted, or the code for which the fallback acted)",
  },
  quantumJobs: { name: "entente_quantum_jobs", help: "Optimisation jobs kept, by state" },
  quantumEnded: { name: "entente_quantum_jobs_ended_total", help: "Optimisation jobs ended at this hub, by place and state" },
  quantumWait: { name: "entente_quantum_job_wait_seconds", help: "Time of an optimisation job in the queue, by priority" },
  quantumQpuTime: { name: "entente_quantum_qpu_seconds_total", help: "QPU access time that Leap told this hub it used" },
  trainingLoss: { name: "entente_training_loss", help: "Newest training loss, nats per token, by model" },
  trainingRate: { name: "entente_training_tokens_per_second", help: "Newest training rate, by model" },
} as const;
