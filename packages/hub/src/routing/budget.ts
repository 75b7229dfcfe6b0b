/**
 * Budgets for extra work: retries may be a share of the calls of a window, plus a floor, and hedges likewise. A budget,
 * unlike a count per call, cannot multiply load when everything fails at once (the retry storm). The window slides in
 * ten steps.
 */

/** What was spent in the steps of a window: calls and extras, newest last. */
export interface Budget {
  readonly steps: readonly { readonly at: number; readonly calls: number; readonly extras: number }[];
}

export const emptyBudget: Budget = { steps: [] };

const stepsPerWindow = 10;

/** Counts a call. */
export function called(budget: Budget, now: number, windowMs: number): Budget {
  return counted(budget, now, windowMs, 1, 0);
}

/** Counts an extra, which may weigh as much as several calls. */
export function spent(budget: Budget, now: number, windowMs: number, weight: number): Budget {
  return counted(budget, now, windowMs, 0, weight);
}

/** Whether an extra of this weight is within `share` of the window's calls plus `floor`. */
export function affords(
  budget: Budget,
  now: number,
  windowMs: number,
  allowed: { readonly share: number; readonly floor: number },
  weight: number,
): boolean {
  const recent = budget.steps.filter((step) => step.at > now - windowMs);
  const calls = recent.reduce((sum, step) => sum + step.calls, 0);
  const extras = recent.reduce((sum, step) => sum + step.extras, 0);
  return extras + weight <= calls * allowed.share + allowed.floor;
}

function counted(budget: Budget, now: number, windowMs: number, calls: number, extras: number): Budget {
  const at = Math.floor(now / (windowMs / stepsPerWindow)) * (windowMs / stepsPerWindow);
  const last = budget.steps.at(-1);
  if (last && last.at === at)
    return { steps: [...budget.steps.slice(0, -1), { at, calls: last.calls + calls, extras: last.extras + extras }] };
  return { steps: [...budget.steps.filter((step) => step.at > now - windowMs), { at, calls, extras }] };
}
