/**
 * Whether a card may be believed. A card is fetched whole and small, its signature (JWS over RFC 8785 JSON, A2A 1.0 section
 * 8.4) is checked against a key that the operator gave, the key pinned before, or, the first time, the key set that the
 * signature names (`jku`) on the card's own origin. What is pinned is the hash of the card without its signatures: a fresh
 * signature changes nothing, any other change does.
 */
import { AgentCard, canonicalizeAgentCard } from "@a2a-js/sdk";
import { decodeProtectedHeader, type JWK } from "jose";
import { defineErrors } from "../../base/errors.ts";
import { sha256 } from "../../base/json.ts";
import { isSignedBy } from "../card-signature.ts";
import { grpcAddress } from "./grpc-address.ts";

export const remoteErrors = defineErrors({
  AGENT_UNREACHABLE: {
    status: 503,
    text: (d: { agent: string; problem: string }) => `could not reach the agent "${d.agent}": ${d.problem}`,
  },
  AGENT_TOO_SLOW: {
    status: 504,
    text: (d: { agent: string; limitMs: number }) =>
      `the agent "${d.agent}" did not answer within ${d.limitMs} ms; what was asked of it may still be done`,
  },
  CARD_INVALID: {
    status: 400,
    text: (d: { url: string; problem: string }) => `wanted an A2A agent card at ${d.url}; ${d.problem}`,
  },
  CARD_UNSIGNED: {
    status: 403,
    text: (d: { url: string }) =>
      `the card at ${d.url} is not signed, so nobody vouches for it; give allowUnsigned to take it all the same`,
  },
  CARD_KEY_UNKNOWN: {
    status: 403,
    text: (d: { url: string; kid: string }) =>
      `the card at ${d.url} is signed with key "${d.kid}", which its own origin does not publish (jku); give the key (a JWK) to trust it`,
  },
  CARD_SIGNATURE_WRONG: {
    status: 403,
    text: (d: { url: string }) =>
      `the card at ${d.url} carries a signature that does not fit it; it was changed on its way, or signed with another key`,
  },
});

/** A card that was fetched and judged. `key` is the key that vouches for it; undefined for an unsigned one. */
export interface TrustedCard {
  readonly card: AgentCard;
  readonly hash: string;
  readonly key: JWK | undefined;
}

/** How to fetch and what to trust. */
export interface TrustInput {
  readonly url: URL;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  /** The key to trust, given or pinned. Without it the first key is taken from the card's own origin. */
  readonly key: JWK | undefined;
  readonly allowUnsigned: boolean;
}

const largestCardBytes = 256 * 1024;

/** Fetches the card and checks who vouches for it. Throws AGENT_UNREACHABLE, CARD_*. */
export async function fetchCard(input: TrustInput): Promise<TrustedCard> {
  const { url, allowUnsigned } = input;
  const card = readCard(url, await fetchJson(url, input));
  const hash = cardHash(card);
  const [signature] = card.signatures;
  if (!signature) {
    if (!allowUnsigned || input.key) throw remoteErrors.CARD_UNSIGNED({ url: url.href });
    return { card, hash, key: undefined };
  }
  const key = input.key ?? (await publishedKey(signature.protected, input));
  if (!(await isSignedBy(card, key))) throw remoteErrors.CARD_SIGNATURE_WRONG({ url: url.href });
  return { card, hash, key };
}

/** Hash of a card without its signatures. */
export function cardHash(card: AgentCard): string {
  return sha256(canonicalizeAgentCard({ ...card, signatures: [] }));
}

/** Where an agent's card is: the address itself when it names a file, else at the well-known path below it. */
export function cardUrl(address: string): URL {
  const url = new URL(address);
  if (url.pathname.endsWith(".json")) return url;
  return new URL(`${url.pathname.replace(/\/$/, "")}/.well-known/agent-card.json`, url);
}

async function fetchJson(url: URL, { fetch, signal }: Pick<TrustInput, "fetch" | "signal">): Promise<unknown> {
  let text: string;
  try {
    const response = await fetch(url, { signal, headers: { accept: "application/json" } });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    text = await readText(response);
  } catch (cause) {
    throw remoteErrors.AGENT_UNREACHABLE({ agent: url.href, problem: messageOf(cause) }, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw remoteErrors.CARD_INVALID({ url: url.href, problem: "what is there is not JSON" }, { cause });
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > largestCardBytes) throw new Error(`it is larger than ${largestCardBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function readCard(url: URL, json: unknown): AgentCard {
  const invalid = (problem: string) => remoteErrors.CARD_INVALID({ url: url.href, problem });
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw invalid("what is there is no object");
  let card: AgentCard;
  try {
    card = AgentCard.fromJSON({ ...json });
  } catch (cause) {
    throw remoteErrors.CARD_INVALID({ url: url.href, problem: messageOf(cause) }, { cause });
  }
  if (card.name === "") throw invalid("it has no name");
  if (card.supportedInterfaces.length === 0) throw invalid("it names no interface (supportedInterfaces) of A2A 1.0");
  for (const { url: address } of card.supportedInterfaces)
    if (!URL.canParse(address) && !grpcAddress(address)) throw invalid(`its interface address "${address}" is none`);
  return card;
}

// The first time, a key is believed because the origin that serves the card serves it too; later it is the pinned one.
async function publishedKey(header: string, input: TrustInput): Promise<JWK> {
  const { url } = input;
  let kid = "";
  let jku: string | undefined;
  try {
    ({ kid = "", jku } = decodeProtectedHeader({ protected: header }));
  } catch (cause) {
    throw remoteErrors.CARD_SIGNATURE_WRONG({ url: url.href }, { cause });
  }
  if (!jku || !URL.canParse(jku) || new URL(jku).origin !== url.origin)
    throw remoteErrors.CARD_KEY_UNKNOWN({ url: url.href, kid });
  const set = await fetchJson(new URL(jku), input);
  const keys = typeof set === "object" && set !== null && "keys" in set && Array.isArray(set.keys) ? set.keys : [];
  const key: JWK | undefined = keys.find((candidate) => candidate?.kid === kid && candidate?.d === undefined);
  if (!key) throw remoteErrors.CARD_KEY_UNKNOWN({ url: url.href, kid });
  return key;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
