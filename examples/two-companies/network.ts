/** Alder's stores and the roads between them: which go to which of two nights is a Max-Cut, busy roads best between the nights. */

/** Roads between stores 1 to `stores`, each with its traffic. */
export interface Network {
  readonly stores: number;
  readonly roads: readonly (readonly [number, number, number])[];
}

/** A network of a seed: a ring road, and shortcuts that no two networks share. */
export function networkOf(seed: number, stores = 400): Network {
  let state = seed * 2_654_435_761 + 1;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const roads = new Map<string, readonly [number, number, number]>();
  const road = (a: number, b: number): void => {
    if (a !== b) roads.set(`${Math.min(a, b)} ${Math.max(a, b)}`, [Math.min(a, b), Math.max(a, b), 1 + below(9)]);
  };
  for (let store = 1; store <= stores; store++) road(store, (store % stores) + 1);
  while (roads.size < stores * 8) road(1 + below(stores), 1 + below(stores));
  return { stores, roads: [...roads.values()] };
}

/** The network as a Max-Cut file. */
export function maxCutText({ stores, roads }: Network): string {
  return `${stores} ${roads.length}\n${roads.map((road) => road.join(" ")).join("\n")}\n`;
}

/** The traffic between the nights, of a plan with a `+` for each store of the first. */
export function trafficBetween({ roads }: Network, nights: string): number {
  return roads.reduce((sum, [a, b, traffic]) => (nights[a - 1] === nights[b - 1] ? sum : sum + traffic), 0);
}
