// Multipart upload of a model file: announce the size, see what is there already, send the missing parts side by side, compare
// the server's checksums, combine. Parts whose checksum matches are never sent again, so a broken upload goes on where it stopped.
import { createHash } from "node:crypto";
import { QuantumError } from "../errors.ts";
import type { LeapClock } from "./clock.ts";
import { recordOf } from "./solver.ts";
import { type Bytes, isOutage, jsonOf, type LeapRequest, type Transport } from "./transport.ts";

/** A model file: its bytes, or a Blob (of a file on disk: `fs.openAsBlob`). */
export type ModelFile = Uint8Array | Blob;

/** How to upload. */
export interface UploadOptions {
  /** The id of an upload that broke off. */
  readonly upload?: string | undefined;
  /** Told the id as soon as there is one. */
  readonly onUpload?: (upload: string) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
  readonly partBytes?: number;
  readonly parallel?: number;
  /** Tries of each call and each part. */
  readonly tries?: number;
}

// A part is tried here, with its own waits, so the transport must not multiply that.
const once = { retries: 0, factorMs: 0, mostMs: 0 };

/** Uploads a file and gives the id by which jobs name it. Throws LEAP_UPLOAD_FAILED. */
export async function uploadFile(
  transport: Transport,
  clock: LeapClock,
  file: ModelFile,
  options: UploadOptions = {},
): Promise<string> {
  const { partBytes = 5 * 1024 * 1024, parallel = 10, tries = 3, signal, onUpload } = options;
  const blob = file instanceof Blob ? file : new Blob([new Uint8Array(file)]);
  const count = Math.max(1, Math.ceil(blob.size / partBytes));
  let upload = options.upload ?? null;

  const call = async (what: string, request: LeapRequest): Promise<unknown> => {
    for (let k = 1; ; k++) {
      try {
        const response = await transport.send({ ...request, retry: once, signal });
        return response.bytes.length === 0 ? {} : jsonOf(response);
      } catch (cause) {
        signal?.throwIfAborted();
        if (k >= tries || !isWorthATry(cause)) {
          const why = cause instanceof Error ? cause.message : String(cause);
          throw new QuantumError("LEAP_UPLOAD_FAILED", { upload, what, why }, { cause });
        }
        await clock.sleep(1000 * 2 ** (k - 1), signal);
      }
    }
  };
  const json = { "Content-Type": "application/json" };
  const status = async () => statusOf(await call("status", { method: "GET", path: `bqm/multipart/${upload}/status` }), count);

  if (upload === null) {
    const { id } = recordOf(
      await call("start", { method: "POST", path: "bqm/multipart", headers: json, body: JSON.stringify({ size: blob.size }) }),
    );
    if (typeof id !== "string" || id === "")
      throw new QuantumError("LEAP_UPLOAD_FAILED", { upload, what: "start", why: "Leap gave no upload id" });
    upload = id;
    await onUpload?.(upload);
  }

  const sums = new Map<number, string>();
  const send = async (part: number, there: string | undefined): Promise<void> => {
    const bytes: Bytes = new Uint8Array(await blob.slice((part - 1) * partBytes, part * partBytes).arrayBuffer());
    const digest = createHash("md5").update(bytes).digest();
    sums.set(part, digest.toString("hex"));
    if (there === sums.get(part)) return;
    await call(`part ${part} of ${count}`, {
      method: "PUT",
      path: `bqm/multipart/${upload}/part/${part}`,
      headers: { "Content-MD5": digest.toString("base64"), "Content-Type": "application/octet-stream" },
      body: bytes,
    });
  };

  for (let round = 1; ; round++) {
    const { completed, parts } = await status();
    if (completed) return upload;
    const isThere = (part: number) => sums.has(part) && parts.get(part) === sums.get(part);
    const missing = Array.from({ length: count }, (_, i) => i + 1).filter((part) => !isThere(part));
    if (missing.length === 0) break;
    if (round > tries)
      throw new QuantumError("LEAP_UPLOAD_FAILED", {
        upload,
        what: `parts ${missing.join(",")}`,
        why: "Leap's checksums differ",
      });
    await inParallel(missing, parallel, (part) => send(part, parts.get(part)));
  }
  const digests = Array.from({ length: count }, (_, i) => Buffer.from(sums.get(i + 1)!, "hex"));
  const checksum = createHash("md5").update(Buffer.concat(digests)).digest("hex");
  try {
    await call("combine", {
      method: "POST",
      path: `bqm/multipart/${upload}/combine`,
      headers: json,
      body: JSON.stringify({ checksum }),
    });
  } catch (error) {
    signal?.throwIfAborted();
    // Its answer may have been lost.
    if (!(await status()).completed) throw error;
  }
  return upload;
}

// Statuses below 500 say that the same request will fail again; a bad checksum (400) is the exception, as bits do flip on the way.
function isWorthATry(error: unknown): boolean {
  return isOutage(error) || (error instanceof QuantumError && error.code === "LEAP_REQUEST_REFUSED");
}

function statusOf(value: unknown, count: number): { completed: boolean; parts: ReadonlyMap<number, string> } {
  const { status, parts } = recordOf(value);
  const known = new Map<number, string>();
  if (status === "UPLOAD_IN_PROGRESS" && Array.isArray(parts)) {
    for (const part of parts) {
      const { part_number: number, checksum } = recordOf(part);
      // Leap has been seen to quote the checksum twice.
      if (typeof number === "number" && number >= 1 && number <= count && typeof checksum === "string")
        known.set(number, checksum.replaceAll('"', ""));
    }
  }
  return { completed: status === "UPLOAD_COMPLETED", parts: known };
}

async function inParallel<T>(items: readonly T[], most: number, run: (item: T) => Promise<void>): Promise<void> {
  let at = 0;
  const worker = async () => {
    while (at < items.length) await run(items[at++]!);
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(most, items.length) }, worker));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
