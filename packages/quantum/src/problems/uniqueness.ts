import type { Refuse } from "../problem-input.ts";

/** Refuses names given twice. */
export function eachOnce(field: string, names: readonly string[], refuse: Refuse): void {
  const seen = new Set<string>();
  for (const [i, name] of names.entries()) {
    if (seen.has(name)) refuse(`${field}[${i}]`, "each name once", name);
    seen.add(name);
  }
}
