// The graph of a plan: who waits for whom, and how long the ways to its end are. Built once for terms and kept beside them,
// since every step asks for it.
import type { CheckedPlanTerms, PlanTask } from "./terms.ts";

/** Why a graph is no plan. */
export type GraphFault =
  | { readonly fault: "repeated"; readonly task: string }
  | { readonly fault: "unknown"; readonly task: string; readonly after: string }
  | { readonly fault: "cycle"; readonly cycle: readonly string[] };

/** The first fault of a graph, or undefined. A cycle is given as the way round, first task once more at its end. */
export function graphFault(tasks: readonly Pick<PlanTask, "id" | "after">[]): GraphFault | undefined {
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

// Kahn's algorithm; what lies on a cycle or behind one is left out.
function inOrder(byId: ReadonlyMap<string, readonly string[]>): readonly string[] {
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

/** One task with its place in the graph. Times in ms. */
export interface Node {
  readonly place: number;
  readonly task: CheckedPlanTerms["tasks"][number];
  /** Places of the tasks that wait for it. */
  readonly behind: readonly number[];
  /** The longest way from its beginning to the end of the plan, when everybody takes all the time there is. */
  readonly longest: number;
  /** The time that all behind it need at least, after its end. */
  readonly leastBehind: number;
}

const graphs = new WeakMap<CheckedPlanTerms, ReadonlyMap<string, Node>>();

/** The nodes of checked terms, by id, in the order of the terms. */
export function graphOf(terms: CheckedPlanTerms): ReadonlyMap<string, Node> {
  const known = graphs.get(terms);
  if (known) return known;
  const places = new Map(terms.tasks.map(({ id }, place) => [id, place]));
  const behind: number[][] = terms.tasks.map(() => []);
  for (const [place, { after }] of terms.tasks.entries()) for (const id of after) behind[places.get(id)!]?.push(place);
  const nodes: Node[] = [];
  const order = inOrder(new Map(terms.tasks.map(({ id, after }) => [id, after])));
  for (const id of order.toReversed()) {
    const place = places.get(id)!;
    const task = terms.tasks[place]!;
    const next = behind[place]!.map((at) => nodes[at]!);
    const longest = terms.replyMs + task.completeWithinMs + Math.max(0, ...next.map((node) => node.longest));
    const leastBehind = Math.max(0, ...next.map((node) => node.task.leastMs + node.leastBehind));
    nodes[place] = { place, task, behind: behind[place]!, longest, leastBehind };
  }
  const graph = new Map(nodes.map((node) => [node.task.id, node]));
  graphs.set(terms, graph);
  return graph;
}
