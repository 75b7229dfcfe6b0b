/**
 * Signatures of push notifications: a JWS (ES256) with its payload detached (RFC 7515, appendix F). The payload is the body,
 * byte for byte; the header names the agent (`kid`), the notification (`jti`), the time (`iat`, s) and the URL it was sent to
 * (`aud`), so that one who receives it can tell it from a copy of one sent to somebody else.
 */
import { CompactSign, compactVerify, importJWK, type JWK } from "jose";
import type { PartyKey } from "../../security/keys.ts";

/** The header in which the signature travels. */
export const signatureHeader = "x-a2a-notification-signature";

const kind = "a2a-notification+jws";

/** What a signature says beside the body. */
export interface Notice {
  readonly id: string;
  readonly url: string;
  /** ms since the epoch. */
  readonly at: number;
}

/** Signs a body. */
export async function signNotification(body: string, { id, url, at }: Notice, key: PartyKey): Promise<string> {
  const signed = await new CompactSign(new TextEncoder().encode(body))
    .setProtectedHeader({ alg: "ES256", kid: key.id, typ: kind, jti: id, aud: url, iat: Math.floor(at / 1000) })
    .sign(key.privateKey);
  const [header, , signature] = signed.split(".");
  return `${header}..${signature}`;
}

/** What the signature says, if it is `publicJwk`'s over exactly this body sent to `url`; undefined otherwise. */
export async function readNotification(
  body: string,
  signature: string,
  url: string,
  publicJwk: JWK,
): Promise<Notice | undefined> {
  const [header, , bytes] = signature.split(".");
  const whole = `${header}.${Buffer.from(body).toString("base64url")}.${bytes}`;
  try {
    const { protectedHeader } = await compactVerify(whole, await importJWK(publicJwk, "ES256"));
    const { typ, aud, jti, iat } = protectedHeader;
    if (typ !== kind || aud !== url || typeof jti !== "string" || typeof iat !== "number") return undefined;
    return { id: jti, url, at: iat * 1000 };
  } catch {
    return undefined;
  }
}
