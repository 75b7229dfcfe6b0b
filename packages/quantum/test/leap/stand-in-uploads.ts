import { createHash, randomUUID } from "node:crypto";

interface Upload {
  readonly size: number;
  readonly parts: Map<number, Buffer>;
  file?: Buffer;
}

/** A response: status and JSON. */
export interface Reply {
  readonly status: number;
  readonly json: unknown;
}

const hex = (bytes: Buffer) => createHash("md5").update(bytes).digest("hex");

/** Multipart uploads of the stand-in. */
export class Uploads {
  readonly #uploads = new Map<string, Upload>();

  /** The combined file of an upload. */
  file(id: string): Buffer | undefined {
    return this.#uploads.get(id)?.file;
  }

  start(size: unknown): Reply {
    if (typeof size !== "number") return refused(400, "size is missing");
    const id = randomUUID();
    this.#uploads.set(id, { size, parts: new Map() });
    return { status: 200, json: { id } };
  }

  /** `md5` is the Content-MD5 header. `corrupt` keeps the part wrong without a word. */
  put(id: string, part: number, bytes: Buffer, md5: string | undefined, corrupt = false): Reply {
    const upload = this.#uploads.get(id);
    if (upload === undefined) return refused(404, "no such upload");
    if (md5 !== createHash("md5").update(bytes).digest("base64")) return refused(400, "bad checksum");
    const kept = Buffer.from(bytes);
    if (corrupt && kept.length > 0) kept[0]! ^= 1;
    upload.parts.set(part, kept);
    return { status: 200, json: {} };
  }

  status(id: string): Reply {
    const upload = this.#uploads.get(id);
    if (upload === undefined) return refused(404, "no such upload");
    const parts = [...upload.parts].map(([part_number, bytes]) => ({ part_number, checksum: `"${hex(bytes)}"` }));
    return { status: 200, json: { status: upload.file === undefined ? "UPLOAD_IN_PROGRESS" : "UPLOAD_COMPLETED", parts } };
  }

  combine(id: string, checksum: unknown): Reply {
    const upload = this.#uploads.get(id);
    if (upload === undefined) return refused(404, "no such upload");
    const parts = [...upload.parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
    const digests = parts.map((bytes) => createHash("md5").update(bytes).digest());
    if (checksum !== hex(Buffer.concat(digests))) return refused(400, "bad checksum");
    const file = Buffer.concat(parts);
    if (file.length !== upload.size) return refused(400, `${upload.size} bytes were promised; ${file.length} came`);
    upload.file = file;
    return { status: 200, json: {} };
  }
}

/** An error as Leap words it. */
export function refused(code: number, message: string): Reply {
  return { status: code, json: { error_code: code, error_msg: message } };
}
