/**
 * Who may call. The operator's token is made at first run and kept in `keys/token` (0600); further principals get tokens
 * of their own, of which the hub keeps only a hash. Programs send a token as a bearer token. A browser gets in by a
 * one-time code in the console link, which is exchanged for a cookie signed with a key derived from the operator's
 * token: it survives a restart and dies with the token.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { defineErrors } from "../base/errors.ts";
import { writeFileWhole } from "../base/files.ts";
import { sha256 } from "../base/json.ts";
import { operator } from "../base/principals.ts";
import type { Principal } from "../base/tool.ts";

export const securityErrors = defineErrors({
  TOKEN_MISSING: {
    status: 401,
    text: (_: Record<string, never>) =>
      "this needs the hub's token: send `Authorization: Bearer …` (the token is in keys/token of the data folder), or open the console by the link the hub prints",
  },
  TOKEN_WRONG: {
    status: 401,
    text: (_: Record<string, never>) =>
      "the token is not one of this hub's, or it was revoked; the operator's is in keys/token of the data folder",
  },
  OPERATOR_ONLY: {
    status: 403,
    text: (d: { path: string; principal: string }) =>
      `${d.path} wants the operator's token; "${d.principal}" is a client of this hub`,
  },
  HOST_FORBIDDEN: {
    status: 403,
    text: (d: { host: string }) => `the hub does not answer for Host "${d.host}"; add it to http.allowedHosts if it should`,
  },
  ORIGIN_FORBIDDEN: {
    status: 403,
    text: (d: { origin: string }) =>
      `pages from "${d.origin}" may not call this hub; add it to http.allowedOrigins if they should`,
  },
});

const codeLifeMs = 10 * 60_000;
const cookieLifeMs = 30 * 24 * 3_600_000;
const cookieName = "entente_session";

/** Finds the principal of a token by the token's SHA-256 in hex; undefined when there is none. */
export type FindPrincipal = (tokenHash: string) => Promise<Principal | undefined>;

/** A fresh token: 256 random bits. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Checks tokens, codes and cookies of one hub. */
export class Access {
  readonly token: string;
  readonly #clock: Clock;
  readonly #find: FindPrincipal;
  readonly #cookieKey: Buffer;
  readonly #codes = new Map<string, number>();

  constructor(token: string, clock: Clock, find: FindPrincipal) {
    this.token = token;
    this.#clock = clock;
    this.#find = find;
    this.#cookieKey = createHmac("sha256", token).update("entente console session").digest();
  }

  /** Reads the operator's token of a data folder, or makes one; `find` knows the tokens of everybody else. */
  static open(dataFolder: string, clock: Clock, find: FindPrincipal): Access {
    const path = join(dataFolder, "keys", "token");
    if (!existsSync(path)) writeFileWhole(path, `${newToken()}\n`);
    return new Access(readFileSync(path, "utf8").trim(), clock, find);
  }

  /** A code that opens the console once within ten minutes. */
  issueCode(): string {
    const now = this.#clock.now();
    for (const [code, until] of this.#codes) if (until < now) this.#codes.delete(code);
    const code = randomBytes(16).toString("base64url");
    this.#codes.set(code, now + codeLifeMs);
    return code;
  }

  /** Spends a code; returns the Set-Cookie value, or undefined when the code is not good. */
  redeemCode(code: string): string | undefined {
    const until = this.#codes.get(code);
    this.#codes.delete(code);
    if (until === undefined || until < this.#clock.now()) return undefined;
    const expires = this.#clock.now() + cookieLifeMs;
    return `${cookieName}=${expires}.${this.#sign(expires)}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${cookieLifeMs / 1000}`;
  }

  /** Who the headers' token or console cookie belongs to. Throws TOKEN_MISSING or TOKEN_WRONG. */
  async check(headers: {
    readonly authorization?: string | undefined;
    readonly cookie?: string | undefined;
  }): Promise<Principal> {
    const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
    if (bearer !== undefined) {
      if (sameText(bearer, this.token)) return operator;
      const principal = await this.#find(sha256(bearer));
      if (principal) return principal;
      throw securityErrors.TOKEN_WRONG({});
    }
    const cookie = new RegExp(`(?:^|; )${cookieName}=(\\d+)\\.([0-9a-f]+)`).exec(headers.cookie ?? "");
    if (cookie?.[1] && cookie[2] && Number(cookie[1]) > this.#clock.now() && sameText(cookie[2], this.#sign(Number(cookie[1]))))
      return operator;
    throw securityErrors.TOKEN_MISSING({});
  }

  #sign(expires: number): string {
    return createHmac("sha256", this.#cookieKey).update(String(expires)).digest("hex");
  }
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
