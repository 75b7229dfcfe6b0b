import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CompactSign, type CryptoKey, compactVerify, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { writeFileWhole } from "../base/files.ts";
import { canonicalJson } from "../base/json.ts";

const algorithm = "ES256";

/** A signing key pair of one party (the hub or an agent). */
export interface PartyKey {
  readonly id: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** Loads the key of `party` from `keys/PARTY.jwk`, or makes and keeps one. P-256, so that every A2A client can check it. Throws for a name that is no file's. */
export async function openPartyKey(dataFolder: string, party: string): Promise<PartyKey> {
  if (!/^[A-Za-z0-9][\w:.-]{0,127}$/.test(party))
    throw new Error(`a party's key is kept in a file of its name: wanted letters, digits, "_", ":", "." and "-"; got "${party}"`);
  const path = join(dataFolder, "keys", `${party}.jwk`);
  if (!existsSync(path)) {
    const made = await generateKeyPair(algorithm, { extractable: true });
    writeFileWhole(path, `${JSON.stringify({ ...(await exportJWK(made.privateKey)), kid: party, alg: algorithm })}\n`);
  }
  const jwk: JWK = JSON.parse(readFileSync(path, "utf8"));
  const { d: _secret, ...publicJwk } = jwk;
  return { id: party, privateKey: (await importJWK(jwk, algorithm)) as CryptoKey, publicJwk }; // why: an EC key is never a byte array
}

/** A secret of the data folder, 32 random bytes, made at first use and kept in `keys/NAME.secret`. */
export function openSecret(dataFolder: string, name: string): Uint8Array {
  const path = join(dataFolder, "keys", `${name}.secret`);
  if (!existsSync(path)) writeFileWhole(path, `${randomBytes(32).toString("base64url")}\n`);
  return Buffer.from(readFileSync(path, "utf8").trim(), "base64url");
}

/** Signs a JSON document: a compact JWS over its canonical form. */
export async function signDocument(document: unknown, key: PartyKey): Promise<string> {
  const payload = new TextEncoder().encode(canonicalJson(document));
  return new CompactSign(payload)
    .setProtectedHeader({ alg: algorithm, kid: key.id, typ: "entente-agreement+jws" })
    .sign(key.privateKey);
}

/** Whether `signature` is `publicJwk`'s over exactly this document. */
export async function verifyDocument(document: unknown, signature: string, publicJwk: JWK): Promise<boolean> {
  try {
    const { payload } = await compactVerify(signature, await importJWK(publicJwk, algorithm));
    return new TextDecoder().decode(payload) === canonicalJson(document);
  } catch {
    return false;
  }
}
