import { asEntenteError } from "../../base/errors.ts";
import type { Following, Solving } from "../pillar.ts";
import type { JobAnswer, KeptJob } from "./job.ts";

/** How a run on this machine ended. */
export type LocalEnd =
  | { readonly state: "completed"; readonly answer: JobAnswer }
  | { readonly state: "cancelled" }
  | { readonly state: "failed"; readonly error: { readonly code: string; readonly message: string } };

/** Solves a job on this machine; its provenance says which way it came. Never throws. */
export async function solvedHere({ order, detours }: KeptJob, solving: Solving, ctx: Following): Promise<LocalEnd> {
  try {
    const answer = await solving.solve(order.solve, ctx);
    const provenance = { ...answer.provenance, ...(detours.length > 0 ? { detours } : {}) };
    return { state: "completed", answer: { ...answer, provenance } };
  } catch (thrown) {
    if (ctx.signal.aborted) return { state: "cancelled" };
    const { code, message } = asEntenteError(thrown);
    return { state: "failed", error: { code, message } };
  }
}
