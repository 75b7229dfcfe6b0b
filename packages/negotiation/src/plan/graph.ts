// The graph of a plan: who waits for whom, and how long the ways to its end are. Built once for terms and kept beside them,
// since every step asks for it.
import { inOrder } from "./graph-fault.ts";
import type { CheckedPlanTerms } from "./terms.ts";

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
