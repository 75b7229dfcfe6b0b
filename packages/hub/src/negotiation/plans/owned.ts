import { baseErrors } from "../../base/errors.ts";
import type { Principal } from "../../base/tool.ts";
import type { Planning } from "./planning.ts";
import type { KeptPlan } from "./records.ts";

/** A plan of a principal's own; the operator sees all. To others it is not there. Throws NOT_FOUND. */
export async function ownedPlan(planning: Planning, id: string, principal: Principal): Promise<KeptPlan> {
  const kept = await planning.read(id);
  if (principal.kind !== "operator" && kept.openedBy !== principal.id) throw baseErrors.NOT_FOUND({ what: "plan", id });
  return kept;
}
