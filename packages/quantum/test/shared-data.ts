import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The path of a test-data file in `shared/data` beside the checkout, found by walking up, or undefined where it is absent. */
export function sharedData(path: string): string | undefined {
  for (let dir = import.meta.dirname; dir !== dirname(dir); dir = dirname(dir)) {
    const file = join(dir, "shared", "data", path);
    if (existsSync(file)) return file;
  }
  return undefined;
}
