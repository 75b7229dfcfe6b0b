import type { LeapClock } from "./clock.ts";
import { jsonOf, type LeapRequest, type Transport } from "./transport.ts";

interface Kept {
  readonly value: unknown;
  readonly etag: string | null;
  readonly freshUntil: number;
}

/** Responses kept by URL, as Cache-Control and ETag allow; `maxAgeMs` of a request holds where the server says nothing. */
export class ResponseCache {
  readonly #kept = new Map<string, Kept>();
  readonly #clock: LeapClock;

  constructor(clock: LeapClock) {
    this.#clock = clock;
  }

  /** The body as JSON: from memory while fresh, after that asked for again with If-None-Match. `refresh` asks at once. */
  async json(transport: Transport, request: LeapRequest, maxAgeMs: number, refresh = false): Promise<unknown> {
    const key = `${transport.urlOf(request.path).href}?${JSON.stringify(request.query ?? {})}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined && !refresh && this.#clock.now() < kept.freshUntil) return kept.value;
    const etag = kept?.etag ?? null;
    const response = await transport.send({
      ...request,
      headers: { ...request.headers, ...(etag === null ? {} : { "If-None-Match": etag }) },
    });
    const value = response.status === 304 && kept !== undefined ? kept.value : jsonOf(response);
    const control = response.headers.get("cache-control") ?? "";
    if (/\bno-store\b/i.test(control)) this.#kept.delete(key);
    else {
      const seconds = /\bno-cache\b/i.test(control) ? "0" : /\bmax-age=(\d+)/i.exec(control)?.[1];
      const ageMs = seconds === undefined ? maxAgeMs : Number(seconds) * 1000;
      this.#kept.set(key, { value, etag: response.headers.get("etag") ?? etag, freshUntil: this.#clock.now() + ageMs });
    }
    return value;
  }
}
