import type { Principal } from "./tool.ts";

/** The operator: whoever holds the hub's own token or sits at its machine. Sees everything. */
export const operator: Principal = { id: "operator", kind: "operator" };

/** Whoever calls an open route without a token. */
export const nobody: Principal = { id: "nobody", kind: "client" };
