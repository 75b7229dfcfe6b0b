/** Agent cards: what an agent says of itself, where it is reached, signed with its own key (JWS over RFC 8785 JSON). */
import { AgentCard, generateAgentCardSignature } from "@a2a-js/sdk";
import type { AgentProfile, Skill } from "../base/agent.ts";
import type { PartyKey } from "../security/keys.ts";
import { commonModes } from "./engine/incoming.ts";

/** The A2A extension under which our agents bargain. */
export const negotiationExtension = "https://entente.dev/a2a/ext/negotiation/v1";

/** Where an agent is reached: the URL of its HTTP bindings, and `host:port` of gRPC where that is on. */
export interface CardAddress {
  readonly url: string;
  readonly grpc: string | undefined;
}

/** Makes and signs the card of an agent; with `extended`, the one for callers with a token. */
export async function makeCard(
  profile: AgentProfile,
  address: CardAddress,
  version: string,
  bids: boolean,
  key: PartyKey,
  extended = false,
): Promise<AgentCard> {
  const more = extended ? profile.extended : undefined;
  const negotiation = { uri: negotiationExtension, description: "Takes part in Contract Net negotiations" };
  const card = AgentCard.fromJSON({
    name: profile.name,
    description: more?.description ?? profile.description,
    version,
    supportedInterfaces: interfaces(profile.name, address),
    provider: { organization: "Entente", url: "https://entente.dev" },
    capabilities: {
      streaming: true,
      pushNotifications: true,
      extendedAgentCard: profile.extended !== undefined,
      extensions: [...(bids ? [negotiation] : []), ...(profile.extensions ?? [])].map((extension) => ({ ...extension })),
    },
    securitySchemes: { hubToken: { httpAuthSecurityScheme: { scheme: "Bearer", description: "A token of the hub" } } },
    securityRequirements: [{ schemes: { hubToken: { list: [] } } }],
    defaultInputModes: [...commonModes, ...(profile.inputModes ?? [])],
    defaultOutputModes: [...commonModes],
    skills: [...profile.skills, ...(more?.skills ?? [])].map((skill: Skill) => ({
      tags: [skill.id],
      examples: [],
      ...skill,
    })),
  });
  return generateAgentCardSignature(key.privateKey, { alg: "ES256", kid: key.id, typ: "JOSE" })(card);
}

// The first is preferred. gRPC serves all agents on one port and tells them apart by tenant.
function interfaces(name: string, { url, grpc }: CardAddress): object[] {
  return [
    { url, protocolBinding: "JSONRPC", protocolVersion: "1.0" },
    { url, protocolBinding: "HTTP+JSON", protocolVersion: "1.0" },
    ...(grpc ? [{ url: grpc, protocolBinding: "GRPC", protocolVersion: "1.0", tenant: name }] : []),
    { url, protocolBinding: "JSONRPC", protocolVersion: "0.3" },
  ];
}
