// ZIP archives that stand behind a header in one file. Written stored, not compressed (dimod does the same), with offsets from the start
// of the whole file; read whether offsets count from there or from the archive. See docs/decisions/008-zip.md.
import { createRequire } from "node:module";
import type { Unzipped } from "fflate";
import { QuantumError } from "../errors.ts";

// Loaded on first use: few who import the package ever open an archive, and a hub starts without it.
const load = createRequire(import.meta.url);
const fflate = () => load("fflate") as typeof import("fflate"); // why: the module of that name

const endSize = 22;
const mostComment = 65_535;
const densest = 1032; // deflate's best ratio: whoever promises more lies, and must not make us allocate it

/** `head` with an archive of `files` behind it. */
export function withArchive(head: Uint8Array, files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  // A fixed date: the same model is the same file.
  const archive = fflate().zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) });
  const whole = new Uint8Array(head.length + archive.length);
  whole.set(head);
  whole.set(archive, head.length);
  const view = new DataView(whole.buffer);
  const end = whole.length - endSize; // zipSync writes no comment
  const directory = head.length + view.getUint32(end + 16, true);
  view.setUint32(end + 16, directory, true);
  for (let at = directory, k = view.getUint16(end + 10, true); k > 0; k--) {
    view.setUint32(at + 42, head.length + view.getUint32(at + 42, true), true);
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return whole;
}

/** The files of an archive that ends a file, refused when they would unpack to more than `maxBytes`. Throws FILE_INVALID. */
export function archiveOf(format: string, file: Uint8Array, maxBytes: number): Unzipped {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let end = file.length - endSize;
  const last = Math.max(0, end - mostComment);
  while (end >= last && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < last) refuse(format, "a ZIP archive at the end", "none");
  const shift = end - view.getUint32(end + 12, true) - view.getUint32(end + 16, true); // above 0 when offsets count from the archive
  let total = 0;
  try {
    return fflate().unzipSync(shift > 0 ? file.subarray(shift) : file, {
      filter({ size, originalSize }) {
        if (originalSize > densest * size + endSize) refuse(format, "sizes that deflate can reach", originalSize);
        total += originalSize;
        if (total > maxBytes) refuse(format, `at most ${maxBytes} bytes unpacked`, total);
        return true;
      },
    });
  } catch (cause) {
    if (cause instanceof QuantumError) throw cause;
    throw new QuantumError(
      "FILE_INVALID",
      { format, where: "archive", wanted: "a sound ZIP archive", got: String(cause) },
      { cause },
    );
  }
}

function refuse(format: string, wanted: string, got: unknown): never {
  throw new QuantumError("FILE_INVALID", { format, where: "archive", wanted, got });
}
