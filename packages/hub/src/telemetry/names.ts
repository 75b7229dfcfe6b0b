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
  trainingLoss: { name: "entente_training_loss", help: "Newest training loss, nats per token, by model" },
  trainingRate: { name: "entente_training_tokens_per_second", help: "Newest training rate, by model" },
} as const;
