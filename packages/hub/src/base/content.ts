import type { Json } from "./json.ts";

/** A piece of what agents say to each other: exactly one of text, raw (base64), url and data. A2A calls it a part. */
export interface Content {
  readonly text?: string;
  readonly raw?: string;
  readonly url?: string;
  readonly data?: Json;
  readonly metadata?: { readonly [key: string]: Json | undefined };
  readonly filename?: string;
  readonly mediaType?: string;
}
