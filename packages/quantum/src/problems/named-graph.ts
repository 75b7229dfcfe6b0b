import { type Field, list, number, optional, type Refuse, record, text } from "../problem-input.ts";

/** A graph whose nodes have names; edges are pairs of indexes into `names`, each once, none a loop. */
export interface NamedGraph {
  readonly names: readonly string[];
  readonly edges: readonly { readonly from: number; readonly to: number; readonly weight: number }[];
}

const most = 100_000;

/** The fields that describe a graph. */
export const graphFields = {
  edges: list(
    "pairs of nodes",
    record("an edge", {
      from: text("a node"),
      to: text("another node"),
      weight: optional(number("what the edge weighs"), 1),
    }),
    { minimum: 0, maximum: most },
  ),
  nodes: optional(list("all nodes; needed only for those without an edge", text("a node's name"), { minimum: 0 }), []),
} satisfies Record<string, Field<unknown>>;

/** The graph of an input; nodes in the order of `nodes`, then of the edges. Refuses loops, repeated edges and graphs without nodes. */
export function namedGraph(
  {
    edges,
    nodes,
  }: { readonly edges: readonly { from: string; to: string; weight: number }[]; readonly nodes: readonly string[] },
  refuse: Refuse,
): NamedGraph {
  const indexes = new Map<string, number>();
  for (const [i, name] of nodes.entries()) {
    if (indexes.has(name)) refuse(`nodes[${i}]`, "each node once", name);
    indexes.set(name, i);
  }
  const indexOf = (name: string) => {
    const known = indexes.get(name) ?? indexes.size;
    indexes.set(name, known);
    return known;
  };
  const seen = new Set<string>();
  const read = edges.map(({ from, to, weight }, k) => {
    if (from === to) refuse(`edges[${k}]`, "two different nodes", from);
    const [u, v] = [indexOf(from), indexOf(to)];
    const key = `${Math.min(u, v)},${Math.max(u, v)}`;
    if (seen.has(key)) refuse(`edges[${k}]`, "each pair of nodes once", `${from} and ${to}`);
    seen.add(key);
    return { from: u, to: v, weight };
  });
  if (indexes.size === 0) refuse("nodes", "at least one node", "none");
  return { names: [...indexes.keys()], edges: read };
}
