/**
 * Envelope encryption: each secret has a key of its own (DEK), which is sealed with the vault's key (KEK). Both seals are AES-256-GCM with a
 * random nonce, and are bound to what they stand for: a sealed secret that is moved to another name or set back to an earlier version does
 * not open. Changing the vault's key seals the secrets' keys anew and leaves the secrets as they are.
 * Source: NIST SP 800-38D (GCM), NIST SP 800-57 part 1 (key wrapping).
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

const algorithm = "aes-256-gcm";
const form = 1;
const [keyBytes, nonceBytes, tagBytes] = [32, 12, 16];

/** A key of the vault: 32 bytes, and an id that tells it from others without telling it. */
export interface VaultKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** What a seal is about. */
export interface SealedFor {
  readonly name: string;
  readonly version: number;
}

/** A secret as it is kept. */
export interface SealedSecret {
  readonly keyId: string;
  readonly sealedKey: Uint8Array;
  readonly sealed: Uint8Array;
}

/** The key of these bytes. */
export function vaultKey(bytes: Uint8Array): VaultKey {
  const id = createHash("sha256").update("entente vault key ").update(bytes).digest("hex").slice(0, 16);
  return { id, bytes };
}

/** A new key. */
export function newVaultKey(): VaultKey {
  return vaultKey(randomBytes(keyBytes));
}

/** Seals a secret under a key of its own. */
export function sealSecret(key: VaultKey, secret: string, about: SealedFor): SealedSecret {
  const own = randomBytes(keyBytes);
  const sealed = seal(own, Buffer.from(secret, "utf8"), contextOf("secret", about));
  const sealedKey = seal(key.bytes, own, contextOf(`key ${key.id}`, about));
  own.fill(0);
  return { keyId: key.id, sealedKey, sealed };
}

/** Opens a secret; undefined when it, its key or what it is bound to is not what was sealed. */
export function openSecretWith(key: VaultKey, { sealedKey, sealed }: SealedSecret, about: SealedFor): string | undefined {
  const own = open(key.bytes, sealedKey, contextOf(`key ${key.id}`, about));
  const secret = own && open(own, sealed, contextOf("secret", about));
  own?.fill(0);
  return secret?.toString("utf8");
}

/** Seals the key of a secret with another key of the vault; undefined as `openSecretWith`. */
export function sealAgain(
  from: VaultKey,
  to: VaultKey,
  { sealedKey, sealed }: SealedSecret,
  about: SealedFor,
): SealedSecret | undefined {
  const own = open(from.bytes, sealedKey, contextOf(`key ${from.id}`, about));
  if (!own) return undefined;
  const again = seal(to.bytes, own, contextOf(`key ${to.id}`, about));
  own.fill(0);
  return { keyId: to.id, sealedKey: again, sealed };
}

function contextOf(what: string, { name, version }: SealedFor): Buffer {
  return Buffer.from(JSON.stringify(["entente", what, name, version]));
}

// A byte that names the form, the nonce, the ciphertext, the tag.
function seal(key: Uint8Array, plain: Uint8Array, context: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(context);
  return Buffer.concat([Buffer.of(form), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Uint8Array, sealed: Uint8Array, context: Uint8Array): Buffer | undefined {
  const cut = sealed.length - tagBytes;
  const start = 1 + nonceBytes;
  if (cut < start || sealed[0] !== form) return undefined;
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(1, start), { authTagLength: tagBytes })
    .setAAD(context)
    .setAuthTag(sealed.subarray(cut));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(start, cut)), decipher.final()]);
  } catch {
    return undefined;
  }
}
