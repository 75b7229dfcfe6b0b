/**
 * Where the bridge's Python files are. In a checkout they lie in bridges/ocean at its root; packing the hub copies them into the
 * package's own bridges/ocean. Either way it is the nearest one above this file.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { oceanErrors } from "./errors.ts";

/** The nearest bridges/ocean above a folder. Throws OCEAN_BRIDGE_MISSING. */
export function bridgeFolder(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const bridge = join(folder, "bridges", "ocean");
    if (existsSync(join(bridge, "server.py"))) return bridge;
    if (dirname(folder) === folder) throw oceanErrors.OCEAN_BRIDGE_MISSING({ from });
  }
}
