import { AgentCard, generateAgentCardSignature } from "@a2a-js/sdk";
import type { AgentProfile } from "../base/agent.ts";
import type { PartyKey } from "../security/keys.ts";

/** The A2A extension under which our agents bargain. */
export const negotiationExtension = "https://entente.dev/a2a/ext/negotiation/v1";

/** Makes and signs the A2A 1.0 card of an agent served at `url` (JSON-RPC). The signature is a JWS over RFC 8785 JSON. */
export async function makeCard(
  profile: AgentProfile,
  url: string,
  version: string,
  bids: boolean,
  key: PartyKey,
): Promise<AgentCard> {
  const card = AgentCard.fromJSON({
    name: profile.name,
    description: profile.description,
    version,
    supportedInterfaces: [{ url, protocolBinding: "JSONRPC", protocolVersion: "1.0" }],
    provider: { organization: "Entente", url: "https://entente.dev" },
    capabilities: {
      streaming: true,
      pushNotifications: false,
      extensions: bids
        ? [{ uri: negotiationExtension, description: "Takes part in Contract Net negotiations", required: false }]
        : [],
    },
    securitySchemes: { hubToken: { httpAuthSecurityScheme: { scheme: "Bearer", description: "The hub's token" } } },
    securityRequirements: [{ schemes: { hubToken: { list: [] } } }],
    defaultInputModes: ["text/plain", "application/json"],
    defaultOutputModes: ["text/plain", "application/json"],
    skills: profile.skills.map((skill) => ({ tags: [skill.id], examples: [], ...skill })),
  });
  return generateAgentCardSignature(key.privateKey, { alg: "ES256", kid: key.id, typ: "JOSE" })(card);
}
