import { createHash, randomBytes } from "node:crypto";

/** What one invitation allows: any pipe, or the named ones. The first pipe of a dialler has the empty name. */
export interface InvitationOptions {
  /** Names of the pipes that the guest may open; left out: the first pipe alone. */
  readonly pipes?: readonly string[] | undefined;
  /** How long it may wait to be used. Default one minute. */
  readonly validMs?: number | undefined;
}

/** What an invitation that was used allows. */
export interface Invited {
  readonly names: ReadonlySet<string>;
}

interface Pending extends Invited {
  readonly expiresAt: number;
}

const tokenBytes = 32;
const defaultValidMs = 60_000;
// Invitations are for guests that are expected; so many at once are a mistake.
const maxPending = 4096;

/**
 * One-time tokens that a listener wants to see before it reads anything else. Give the token to the guest by a way that others cannot read:
 * the environment or standard input of a child process, a file with mode 0600. Only its hash is kept here.
 *
 *     const invitations = new Invitations();
 *     await unixSocket.listen("unix:/run/hub.sock", accept, { invitations });
 *     spawn("worker", { env: { ENTENTE_TOKEN: invitations.issue({ pipes: ["", "events"] }) } });
 */
export class Invitations {
  readonly #pending = new Map<string, Pending>();
  readonly #now: () => number;

  /** `now` is a clock in milliseconds that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How many wait to be used. */
  get pending(): number {
    return this.#pending.size;
  }

  /** A new token, good for one connection. */
  issue(options: InvitationOptions = {}): string {
    const { pipes = [""], validMs = defaultValidMs } = options;
    this.#forgetExpired();
    if (this.#pending.size >= maxPending) this.#pending.delete(this.#pending.keys().next().value ?? ""); // the oldest
    const token = randomBytes(tokenBytes).toString("base64url");
    this.#pending.set(hash(token), { names: new Set(pipes), expiresAt: this.#now() + validMs });
    return token;
  }

  /** Uses a token up; undefined when it is unknown, used or expired. */
  redeem(token: string | undefined): Invited | undefined {
    if (token === undefined) return undefined;
    const key = hash(token); // looked up by its hash: how long it takes says nothing about any token
    const invited = this.#pending.get(key);
    this.#pending.delete(key);
    return invited !== undefined && invited.expiresAt > this.#now() ? invited : undefined;
  }

  #forgetExpired(): void {
    const now = this.#now();
    for (const [key, { expiresAt }] of this.#pending) if (expiresAt <= now) this.#pending.delete(key);
  }
}

function hash(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}
