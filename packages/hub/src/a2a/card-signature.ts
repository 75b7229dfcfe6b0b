import { type AgentCard, canonicalizeAgentCard } from "@a2a-js/sdk";
import { flattenedVerify, importJWK, type JWK } from "jose";

/** Whether one of the card's signatures (JWS over RFC 8785 JSON, A2A 1.0 section 8.4) is `publicJwk`'s. */
export async function isSignedBy(card: AgentCard, publicJwk: JWK): Promise<boolean> {
  const payload = Buffer.from(canonicalizeAgentCard(card)).toString("base64url");
  for (const { protected: header, signature } of card.signatures) {
    try {
      await flattenedVerify({ protected: header, signature, payload }, await importJWK(publicJwk, publicJwk.alg ?? "ES256"));
      return true;
    } catch {
      // Not this one: another may fit.
    }
  }
  return false;
}
