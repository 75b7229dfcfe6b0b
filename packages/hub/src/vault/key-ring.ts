/**
 * Where the vault's key comes from (`vault.key`): a file of the data folder, made when it is first needed; an environment variable; or
 * what a command prints, so that a key can come from a key store. There may be several: the first seals, all open, so a key is changed by
 * putting a new one in front. Keys are read when they are used and not kept.
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { writeFileOnce, writeFileWhole } from "../base/files.ts";
import { vaultErrors } from "./errors.ts";
import { newVaultKey, type VaultKey, vaultKey } from "./sealing.ts";

/** What a ring is made of. */
export interface KeyRingInput {
  /** file, env:NAME or command:LINE. */
  readonly from: string;
  readonly dataFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const run = promisify(execFile);
const commandMs = 10_000;
const wanted = "keys of 32 bytes, each in base64 or hex, the one that seals first, separated by commas or lines";

/** The keys of a vault. */
export class KeyRing {
  readonly #input: KeyRingInput;

  constructor(input: KeyRingInput) {
    this.#input = input;
  }

  /** Whether the ring can make keys itself. */
  get makesKeys(): boolean {
    return this.#input.from === "file";
  }

  /** The keys, the one that seals first. Throws VAULT_KEY_INVALID. */
  async keys(): Promise<readonly [VaultKey, ...VaultKey[]]> {
    const { from, environment } = this.#input;
    if (from === "file") return this.#fromFile();
    if (from.startsWith("env:")) return this.#parsed(environment[from.slice(4)] ?? "");
    if (from.startsWith("command:")) return this.#parsed(await this.#printed(from.slice(8)));
    throw vaultErrors.VAULT_KEY_INVALID({ from: "vault.key", wanted: "file, env:NAME or command:LINE", got: `"${from}"` });
  }

  /** Puts a new key in front; the others still open. For rings that make keys. */
  async add(): Promise<void> {
    this.#write([newVaultKey(), ...(await this.keys())]);
  }

  /** Forgets the keys that are not named; the one that seals stays. For rings that make keys. */
  async keepOnly(ids: ReadonlySet<string>): Promise<void> {
    const [first, ...others] = await this.keys();
    this.#write([first, ...others.filter(({ id }) => ids.has(id))]);
  }

  get #path(): string {
    return join(this.#input.dataFolder, "keys", "vault.keys");
  }

  #fromFile(): readonly [VaultKey, ...VaultKey[]] {
    if (!existsSync(this.#path)) writeFileOnce(this.#path, textOf([newVaultKey()]));
    return this.#parsed(readFileSync(this.#path, "utf8"));
  }

  #write(keys: readonly VaultKey[]): void {
    writeFileWhole(this.#path, textOf(keys));
  }

  // The shell is the operator's: whoever writes the configuration starts the hub.
  async #printed(line: string): Promise<string> {
    try {
      return (await run("/bin/sh", ["-c", line], { timeout: commandMs, maxBuffer: 65_536 })).stdout;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "no answer";
      throw vaultErrors.VAULT_KEY_INVALID({ from: "its command", wanted, got: `exit ${code}` });
    }
  }

  #parsed(text: string): readonly [VaultKey, ...VaultKey[]] {
    const { from } = this.#input;
    const [first, ...others] = text
      .split(/[\s,]+/)
      .filter((part) => part !== "")
      .map((part, at) => {
        const bytes = /^[0-9a-f]{64}$/i.test(part) ? Buffer.from(part, "hex") : Buffer.from(part, "base64");
        if (bytes.length !== 32)
          throw vaultErrors.VAULT_KEY_INVALID({ from, wanted, got: `${bytes.length} bytes for key ${at + 1}` });
        return vaultKey(bytes);
      });
    if (!first) throw vaultErrors.VAULT_KEY_INVALID({ from, wanted, got: "nothing" });
    return [first, ...others];
  }
}

function textOf(keys: readonly VaultKey[]): string {
  return keys.map(({ bytes }) => `${Buffer.from(bytes).toString("base64url")}\n`).join("");
}
