/**
 * The first words of a connection, as JSON, since they are said once and should be easy to say from any language: the dialler greets, the
 * listener welcomes or refuses. Everything from outside is parsed here.
 */
import { type Codec, codecs } from "../wire/body.ts";

/** The version of the bytes; a peer with another one is refused. */
export const wireProtocol = 1;

/** The most bytes a greeting, a welcome or a refusal may have. */
export const maxGreetingBytes = 16 * 1024;

/** Resuming: which session, the secret that its welcome told, the number of this attempt, and the newest frame that was received. */
export interface Resumption {
  readonly session: string;
  readonly secret: string;
  readonly epoch: number;
  readonly received: number;
}

/** The dialler's first word. */
export interface Greeting {
  readonly protocol: number;
  /** The most bytes that a payload sent to the dialler may have. */
  readonly maxFrameBytes: number;
  /** What the dialler can read and write, best first. */
  readonly codecs: readonly Codec[];
  /** An invitation's one-time token. */
  readonly token?: string | undefined;
  /** Whether the dialler would resume after a loss. */
  readonly resumable: boolean;
  readonly resume?: Resumption | undefined;
}

/** The listener's answer. */
export interface Welcome {
  readonly protocol: number;
  readonly maxFrameBytes: number;
  readonly codec: Codec;
  /** Set when this connection may be resumed. */
  readonly session?: string | undefined;
  readonly secret?: string | undefined;
  /** In answer to a resumption: the newest frame that the listener received. */
  readonly received?: number | undefined;
}

/** Why a greeting was not welcome. */
export const refusalCodes = ["protocol", "codec", "invitation", "resume-failed", "busy"] as const;

/** The listener's other answer. */
export interface Refusal {
  readonly code: (typeof refusalCodes)[number];
  readonly message: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** A greeting, welcome or refusal as bytes. */
export function toGreetingBytes(word: Greeting | Welcome | Refusal): Uint8Array {
  return Buffer.from(JSON.stringify(word), "utf8");
}

/** Reads a greeting; undefined when it is none. */
export function parseGreeting(bytes: Buffer): Greeting | undefined {
  const fields = parse(bytes);
  if (fields === undefined) return undefined;
  const { protocol, maxFrameBytes, codecs: offered, token, resumable, resume } = fields;
  if (!isCount(protocol) || !isFrameLimit(maxFrameBytes) || !Array.isArray(offered)) return undefined;
  if (token !== undefined && typeof token !== "string") return undefined;
  const resumption = resume === undefined ? undefined : parseResumption(resume);
  if (resume !== undefined && resumption === undefined) return undefined;
  const known = codecs.filter((codec) => offered.includes(codec));
  return { protocol, maxFrameBytes, codecs: known, token, resumable: resumable === true, resume: resumption };
}

/** Reads a welcome; undefined when it is none. */
export function parseWelcome(bytes: Buffer): Welcome | undefined {
  const fields = parse(bytes);
  if (fields === undefined) return undefined;
  const { protocol, maxFrameBytes, session, secret, received } = fields;
  const codec = codecs.find((one) => one === fields.codec);
  if (!isCount(protocol) || !isFrameLimit(maxFrameBytes) || codec === undefined) return undefined;
  if (!isOptionalText(session) || !isOptionalText(secret)) return undefined;
  if (received !== undefined && !isUint32(received)) return undefined;
  return { protocol, maxFrameBytes, codec, session, secret, received };
}

/** Reads a refusal; undefined when it is none. */
export function parseRefusal(bytes: Buffer): Refusal | undefined {
  const fields = parse(bytes);
  const code = refusalCodes.find((one) => one === fields?.code);
  if (fields === undefined || code === undefined || typeof fields.message !== "string") return undefined;
  return { code, message: fields.message.slice(0, 4096) };
}

function parseResumption(value: unknown): Resumption | undefined {
  if (!isFields(value)) return undefined;
  const { session, secret, epoch, received } = value;
  if (typeof session !== "string" || typeof secret !== "string" || !isUint32(epoch) || !isUint32(received)) return undefined;
  return { session, secret, epoch, received };
}

function parse(bytes: Buffer): Fields | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return isFields(value) ? value : undefined;
  } catch {
    return undefined; // not JSON, so no word of ours
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isUint32(value: unknown): value is number {
  return isCount(value) && value <= 0xffff_ffff;
}

// Below 64 KiB an error of the largest size would not fit.
function isFrameLimit(value: unknown): value is number {
  return isUint32(value) && value >= minFrameBytes;
}

/** The least that an end may set as its limit: the largest error must fit. */
export const minFrameBytes = 128 * 1024;

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}
