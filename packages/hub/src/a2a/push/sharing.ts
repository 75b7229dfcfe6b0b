/**
 * Who may send next: room is dealt out so that owners have as near as possible the same number on the way (max-min
 * fairness), and none more than its limit. Whoever has slow receivers fills its own share and stays there; room that comes
 * free goes to the owner with least on the way, who is the one that was kept waiting. Pure.
 */

/** What an owner has on the way, and what it could send. */
export interface Claim<Lane> {
  readonly onTheWay: number;
  /** In the order in which they should go. */
  readonly lanes: readonly Lane[];
}

/** At most so many on the way, of all owners and of one. */
export interface Room {
  readonly ofAll: number;
  readonly ofEach: number;
}

/** The lanes to begin with, at most `free` of them. Of owners that have as many on the way, earlier claims go first. */
export function dealt<Lane>(claims: readonly Claim<Lane>[], free: number, ofEach: number): readonly Lane[] {
  const begun: Lane[] = [];
  for (let level = 0; level < ofEach; level++)
    for (const { onTheWay, lanes } of claims) {
      const lane = level < onTheWay ? undefined : lanes[level - onTheWay];
      if (begun.length >= free) return begun;
      if (lane !== undefined) begun.push(lane);
    }
  return begun;
}
