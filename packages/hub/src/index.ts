// The public API of @entente/hub: open a hub in your own process, or serve one.

export type { Bid, CallForProposals } from "@entente/sdk";
export {
  type Agent,
  type AgentContext,
  type AgentResult,
  type AgentTask,
  defineAgent,
} from "./base/agent.ts";
export { type Config, type ConfigInput, loadConfig } from "./base/config.ts";
export { type ConfigName, type ConfigValues, configKeys, environmentName } from "./base/config-keys.ts";
export { EntenteError } from "./base/errors.ts";
export { operator } from "./base/principals.ts";
export { InputNeeded, SampleNeeded, type Tool } from "./base/tool.ts";
export { version } from "./base/version.ts";
export { type Hub, type HubInput, openHub } from "./gateway.ts";
export { type ServedHub, serveHub } from "./serving.ts";
