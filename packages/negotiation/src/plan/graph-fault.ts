// What keeps a graph of tasks from being a plan: ids that are repeated or unknown, and ways that come round.

/** Why a graph is no plan. */
export type GraphFault =
  | { readonly fault: "repeated"; readonly task: string }
  | { readonly fault: "unknown"; readonly task: string; readonly after: string }
  | { readonly fault: "cycle"; readonly cycle: readonly string[] };

/** The first fault of a graph, or undefined. A cycle is given as the way round, first task once more at its end. */
export function graphFault(
  tasks: readonly { readonly id: string; readonly after?: readonly string[] | undefined }[],
): GraphFault | undefined {
  const byId = new Map<string, readonly string[]>();
  for (const { id, after = [] } of tasks) {
    if (byId.has(id)) return { fault: "repeated", task: id };
    byId.set(id, after);
  }
  for (const [task, afters] of byId) for (const after of afters) if (!byId.has(after)) return { fault: "unknown", task, after };
  const ordered = new Set(inOrder(byId));
  const [first] = [...byId.keys()].filter((id) => !ordered.has(id));
  return first === undefined ? undefined : { fault: "cycle", cycle: wayRound(first, byId, ordered) };
}

/** Ids so that each comes after those it waits for (Kahn's algorithm); what lies on a cycle or behind one is left out. */
export function inOrder(byId: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const waits = new Map([...byId].map(([id, after]) => [id, new Set(after).size]));
  const behind = Map.groupBy(
    [...byId].flatMap(([id, after]) => [...new Set(after)].map((first) => ({ first, id }))),
    ({ first }) => first,
  );
  const order = [...byId.keys()].filter((id) => waits.get(id) === 0);
  for (const id of order) {
    for (const next of behind.get(id) ?? []) {
      const left = (waits.get(next.id) ?? 0) - 1;
      waits.set(next.id, left);
      if (left === 0) order.push(next.id);
    }
  }
  return order;
}

// Everything that is left waits for something that is left, so going back must come round.
function wayRound(from: string, byId: ReadonlyMap<string, readonly string[]>, ordered: ReadonlySet<string>): readonly string[] {
  const way: string[] = [];
  for (let at = from; ; ) {
    const before = way.indexOf(at);
    if (before >= 0) return [...way.slice(before), at].toReversed();
    way.push(at);
    at = byId.get(at)?.find((id) => !ordered.has(id)) ?? at;
  }
}
