/**
 * The hub's one Leap client, opened by the first job that needs it. Settings come from the hub's configuration, over D-Wave's own
 * environment variables and dwave.conf, the token from the configuration, the vault (leap-token), or those; one that is put into the vault
 * while the client lives is in its next request. Every request goes through the SSRF guard, so an endpoint that is not public must be
 * allowed in net.allowPrivate.
 */
import { createHash } from "node:crypto";
import {
  type JobRecord,
  jobRecords,
  type LeapClient,
  type LeapParts,
  type LeapSettings,
  type LeapSolver,
  loadLeapSettings,
  openLeap,
  type SolverQuery,
} from "@entente/quantum";
import type { ConfigValues } from "../../base/config-keys.ts";
import type { Logger } from "../../base/logger.ts";
import { Outgoing } from "../../security/outgoing.ts";
import type { Vault } from "../../vault/vault.ts";
import type { StoreJournal } from "./journal.ts";

/** What the desk stands on. */
export interface LeapDeskInput {
  readonly journal: StoreJournal;
  /** Throws when nothing may be sent now. */
  readonly maySend: () => void;
  readonly values: ConfigValues;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly vault: Vault;
}

const secretName = "leap-token";

// Longer outages leave a flight open, and it is looked up again.
const reconcileMs = 600_000;

/** See the head of this file. */
export class LeapDesk implements AsyncDisposable {
  readonly #input: LeapDeskInput;
  readonly #outgoing: Outgoing;
  readonly #closing = new AbortController();
  #opened: Promise<LeapClient> | undefined;
  /** From the vault, where the configuration has none. */
  #token: string | undefined;
  /** Done once a new token is known. */
  #reading: Promise<void> = Promise.resolve();
  readonly #stopListening: () => void;
  #account: Promise<string | undefined> | undefined;

  constructor(input: LeapDeskInput) {
    this.#input = input;
    this.#outgoing = new Outgoing(input.values["net.allowPrivate"]);
    this.#stopListening = input.vault.onChange((name) => {
      if (name !== secretName) return;
      this.#account = undefined;
      this.#reading = this.#readToken().catch((error: unknown) =>
        input.log.error({ err: error }, "the token of Leap could not be read"),
      );
    });
  }

  /** The client. Throws LEAP_TOKEN_MISSING, LEAP_CONFIG_INVALID, ADDRESS_FORBIDDEN, and what keeps Leap away. */
  async client(): Promise<LeapClient> {
    await this.#reading;
    this.#closing.signal.throwIfAborted();
    if (this.#opened) return this.#opened;
    const opened = this.#open();
    this.#opened = opened;
    // The next one who needs it tries again.
    opened.catch(() => {
      if (this.#opened === opened) this.#opened = undefined;
    });
    return opened;
  }

  /** Whether a token was given in the configuration, the vault or the environment. */
  async hasToken(): Promise<boolean> {
    const { values, environment, vault } = this.#input;
    return Boolean(values["leap.token"] || environment.DWAVE_API_TOKEN) || vault.has(secretName);
  }

  /** The best solver that fits and is online. Throws LEAP_SOLVER_NOT_FOUND and what `client` throws. */
  async solver(query: SolverQuery, signal?: AbortSignal): Promise<LeapSolver> {
    return (await this.client()).solver(query, signal ? { signal } : {});
  }

  /** The solvers of the account; none when there is no token. Throws what `client` throws otherwise. */
  async solvers(signal?: AbortSignal): Promise<readonly LeapSolver[]> {
    return (await this.client()).solvers({}, signal ? { signal } : {});
  }

  /** A hash that tells accounts apart; undefined without a token. Throws LEAP_CONFIG_INVALID. */
  account(): Promise<string | undefined> {
    this.#account ??= this.#settings().then((settings) => {
      const token = this.#token ?? settings.token;
      if (token === undefined) return undefined;
      return createHash("sha256").update(`Leap account ${token}`).digest("hex").slice(0, 32);
    });
    this.#account.catch(() => {
      this.#account = undefined;
    });
    return this.#account;
  }

  /** What the journal knows of a flight. */
  async record(key: string): Promise<JobRecord | undefined> {
    return jobRecords(await this.#input.journal.entriesOf(key)).get(key);
  }

  /** Closes the client for good: whoever waits for a job of it hears LEAP_CLOSED, and nobody gets another one. */
  async close(): Promise<void> {
    this.#closing.abort(new Error("the hub stops"));
    await this.#opened?.then((client) => client[Symbol.asyncDispose]()).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopListening();
    await this.close();
    await this.#outgoing[Symbol.asyncDispose]();
  }

  async #readToken(): Promise<void> {
    const { values, vault } = this.#input;
    if (values["leap.token"] === "") this.#token = await vault.find(secretName);
  }

  // Without the vault's token: one that is forgotten there must be nowhere else.
  async #settings(): Promise<LeapSettings> {
    const { values, environment } = this.#input;
    const given = (key: "leap.token" | "leap.endpoint" | "leap.region" | "leap.profile") => values[key] || undefined;
    const file = values["leap.configFile"];
    await this.#readToken();
    const profile = given("leap.profile");
    return loadLeapSettings(
      {
        token: given("leap.token"),
        endpoint: given("leap.endpoint"),
        region: given("leap.region"),
        ...(file === "" ? {} : { configFile: file === "none" ? false : file }),
        ...(profile === undefined ? {} : { profile }),
      },
      environment,
    );
  }

  async #open(): Promise<LeapClient> {
    const { values, journal, log, maySend } = this.#input;
    const settings = await this.#settings();
    // Told at once; the guard inside fetch would be taken for an outage and asked again.
    if (settings.endpoint !== undefined) this.#outgoing.check(settings.endpoint);
    const parts: LeapParts = {
      journal,
      token: () => this.#token,
      fetch: async (url, init) => {
        if (init.method === "POST") maySend();
        return this.#outgoing.fetch(url, init);
      },
      timeoutMs: values["leap.timeoutMs"],
      retry: { retries: 5, factorMs: 100, mostMs: 5_000 },
      submission: { settleMs: values["leap.settleMs"], reconcileMs },
      onDeprecation: (notice) => log.warn({ notice }, "Leap will withdraw something that this hub uses"),
    };
    return openLeap(settings, parts, this.#closing.signal);
  }
}
