/** A member that several sets have, and which. */
export interface Shared {
  readonly member: string;
  readonly holders: readonly number[];
}

/** The members that at least two of the sets have. A member that one set names twice counts once. */
export function sharing(sets: readonly (readonly string[])[]): readonly Shared[] {
  const holders = new Map<string, Set<number>>();
  for (const [i, members] of sets.entries())
    for (const member of members) {
      const known = holders.get(member);
      if (known) known.add(i);
      else holders.set(member, new Set([i]));
    }
  return [...holders].filter(([, of]) => of.size > 1).map(([member, of]) => ({ member, holders: [...of] }));
}

/** In words: which shared members more than one chosen set has. */
export function conflictsOf(shared: readonly Shared[], sample: ArrayLike<number>, nameOf: (set: number) => string): string[] {
  return shared.flatMap(({ member, holders }) => {
    const chosen = holders.filter((i) => sample[i] === 1);
    return chosen.length > 1 ? [`${member} is taken by ${chosen.map(nameOf).join(" and ")}`] : [];
  });
}
