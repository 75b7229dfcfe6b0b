import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Loads every module of a folder by name (sorted) and returns their default exports: adding a file adds the thing,
 * no list is edited. Declaration files and folders are left out.
 */
export async function loadFolder<T>(folder: string): Promise<readonly T[]> {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) => entry.name)
    .sort();
  return Promise.all(
    files.map(async (file) => {
      const module: { default?: T } = await import(pathToFileURL(join(folder, file)).href);
      if (module.default === undefined) throw new Error(`${join(folder, file)} has no default export`);
      return module.default;
    }),
  );
}
