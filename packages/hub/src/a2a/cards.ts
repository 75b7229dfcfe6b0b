/** Agent cards: what an agent says of itself, where it is reached, signed with its own key (JWS over RFC 8785 JSON). */
import { AgentCard, generateAgentCardSignature } from "@a2a-js/sdk";
import { a2aPipeBinding } from "@entente/sdk";
import type { AgentProfile, Skill } from "../base/agent.ts";
import type { PartyKey } from "../security/keys.ts";
import { commonModes } from "./engine/incoming.ts";

/** The A2A extension under which our agents bargain. */
export const negotiationExtension = "https://entente.dev/a2a/ext/negotiation/v1";

/** Which protocols of that extension an agent takes part in, as its card says; one that names none is taken to know all. */
export const negotiationProtocols = ["contract-net", "alternating-offers", "vote", "auction"] as const;
export type NegotiationProtocol = (typeof negotiationProtocols)[number];

/** Whether a card says that its agent takes part in a protocol. */
export function takesPartIn(card: AgentCard, protocol: NegotiationProtocol): boolean {
  const extension = card.capabilities?.extensions.find(({ uri }) => uri === negotiationExtension);
  const named: unknown = extension?.params?.protocols;
  return extension !== undefined && (!Array.isArray(named) || named.includes(protocol));
}

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
  protocols: readonly NegotiationProtocol[],
  key: PartyKey,
  extended = false,
): Promise<AgentCard> {
  const more = extended ? profile.extended : undefined;
  const negotiation = { uri: negotiationExtension, description: "Takes part in negotiations", params: { protocols } };
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
      extensions: [...(protocols.length > 0 ? [negotiation] : []), ...(profile.extensions ?? [])].map((extension) => ({
        ...extension,
      })),
    },
    securitySchemes: ownSchemes,
    securityRequirements: ownRequirements,
    defaultInputModes: [...commonModes, ...(profile.inputModes ?? [])],
    defaultOutputModes: [...commonModes],
    skills: [...profile.skills, ...(more?.skills ?? [])].map((skill: Skill) => ({
      tags: [skill.id],
      examples: [],
      ...skill,
    })),
  });
  return signed(card, address, key);
}

/** The card of an agent elsewhere as this hub shows it: what it says of itself, reached through the hub, vouched for by the hub. */
export async function rewrittenCard(
  card: AgentCard,
  name: string,
  address: CardAddress,
  key: PartyKey,
  pushNotifications: boolean,
): Promise<AgentCard> {
  const ours = AgentCard.fromJSON({
    supportedInterfaces: interfaces(name, address),
    capabilities: {},
    securitySchemes: ownSchemes,
    securityRequirements: ownRequirements,
  });
  const { supportedInterfaces, securitySchemes, securityRequirements } = ours;
  // The hub streams for an agent that does not: it asks it again and again.
  const capabilities = { extensions: [], ...card.capabilities, streaming: true, pushNotifications };
  return signed(
    { ...card, capabilities, supportedInterfaces, securitySchemes, securityRequirements, signatures: [] },
    address,
    key,
  );
}

const ownSchemes = { hubToken: { httpAuthSecurityScheme: { scheme: "Bearer", description: "A token of the hub" } } };
const ownRequirements = [{ schemes: { hubToken: { list: [] } } }];

/** Path of the keys that vouch for an agent's card, below the agent's own. */
export const keysPath = ".well-known/jwks.json";

// `jku` says where the key is found, on the card's own origin, so that a stranger can check the signature.
function signed(card: AgentCard, { url }: CardAddress, key: PartyKey): Promise<AgentCard> {
  const header = { alg: "ES256", kid: key.id, typ: "JOSE", jku: `${url}/${keysPath}` };
  return generateAgentCardSignature(key.privateKey, header)(card);
}

// The first is preferred. gRPC and pipes serve all agents at one address and tell them apart by tenant.
function interfaces(name: string, { url, grpc }: CardAddress): object[] {
  const pipe = URL.canParse("/pipe", url) ? new URL("/pipe", url).href : "";
  return [
    { url, protocolBinding: "JSONRPC", protocolVersion: "1.0" },
    { url, protocolBinding: "HTTP+JSON", protocolVersion: "1.0" },
    ...(grpc ? [{ url: grpc, protocolBinding: "GRPC", protocolVersion: "1.0", tenant: name }] : []),
    { url: pipe, protocolBinding: a2aPipeBinding, protocolVersion: "1.0", tenant: name },
    { url, protocolBinding: "JSONRPC", protocolVersion: "0.3" },
    { url, protocolBinding: "HTTP+JSON", protocolVersion: "0.3" },
  ];
}
