// Files and folders that are there whole or not at all, also after a power cut or kill -9: written under another name,
// flushed, renamed, and the parent folder flushed so that the rename itself is on the disk.
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Part of the name of anything half written. */
const partialMark = ".partial-";

async function flushFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; there the rename is journalled by the file system.
  if (process.platform === "win32") return;
  await using handle = await open(folder, "r");
  await handle.sync();
}

/** Writes one file and flushes it; not atomic by itself. */
export async function writeFlushed(file: string, content: string | Uint8Array): Promise<void> {
  await using handle = await open(file, "w", 0o600);
  await handle.writeFile(content);
  await handle.sync();
}

/** Writes one file so that readers see the old content or the new, never a part. */
export async function writeFileAtomically(file: string, content: string | Uint8Array): Promise<void> {
  const partial = `${file}${partialMark}${process.pid}`;
  await writeFlushed(partial, content);
  await rename(partial, file);
  await flushFolder(dirname(file));
}

/**
 * Makes a folder whose content `fill` writes, atomically. A folder that is there already is replaced; between the two
 * renames there is an instant without one, so give new content a new name where that matters.
 */
export async function writeFolderAtomically(folder: string, fill: (partial: string) => Promise<void>): Promise<void> {
  const partial = `${folder}${partialMark}${process.pid}`;
  await mkdir(dirname(folder), { recursive: true });
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { mode: 0o700 });
  try {
    await fill(partial);
    await flushFolder(partial);
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
  await flushFolder(dirname(folder));
}

/** Removes what a killed writer left beside its target. Call it only where no other writer works in the folder. */
export async function removePartial(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (basename(name).includes(partialMark)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
