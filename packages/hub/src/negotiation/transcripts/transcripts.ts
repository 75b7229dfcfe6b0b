/** Transcripts of all sessions of the hub, for their parties and the operator. */
import { baseErrors } from "../../base/errors.ts";
import type { Principal } from "../../base/tool.ts";
import type { Watch } from "../watch.ts";
import type { Transcript, TranscriptOf, TranscriptPage } from "./transcript.ts";

/** A page and the session that it is of. */
export interface ReadTranscript extends TranscriptPage, Omit<Transcript, "page"> {
  readonly id: string;
}

/** What to read, and how long to wait for it. */
export interface ReadCall {
  readonly id: string;
  readonly since: number;
  readonly limit: number;
  readonly waitMs: number;
}

/** See the head of this file. */
export class Transcripts {
  readonly #watch: Watch;
  readonly #kinds: readonly TranscriptOf[];

  /** `kinds` find sessions by id, each of its kind. */
  constructor(watch: Watch, kinds: readonly TranscriptOf[]) {
    this.#watch = watch;
    this.#kinds = kinds;
  }

  /**
   * Events after one, in order, as a principal may see them. With `waitMs` it waits for there to be any, while the session is open. Throws
   * NOT_FOUND to strangers, WATCHERS_TOO_MANY.
   */
  async read({ id, since, limit, waitMs }: ReadCall, principal: Principal, signal: AbortSignal): Promise<ReadTranscript> {
    const find = () => this.#find(id, principal);
    const more = ({ length, open }: Transcript): boolean => length > since || !open;
    const { page, ...about } = await this.#watch.until(id, { waitMs, signal }, find, more);
    const call = { since, limit, viewer: principal.id, all: principal.kind === "operator" };
    return { id, ...about, ...(await page(call)) };
  }

  async #find(id: string, { kind, id: name }: Principal): Promise<Transcript> {
    for (const find of this.#kinds) {
      const transcript = await find(id);
      if (!transcript) continue;
      if (kind === "operator" || transcript.parties.includes(name)) return transcript;
      break;
    }
    throw baseErrors.NOT_FOUND({ what: "session", id });
  }
}
