import { type Header, kinds, pipesFlag, streamFlag } from "./header.ts";

const creditBytes = 8;

/** Where the list of pipes in front of a body stands: the offset of its first number, and how many there are. */
export interface PipeList {
  readonly at: number;
  readonly count: number;
}

/**
 * Finds the list in a payload that is `[start, end)`, without looking at the body behind it. Undefined when the frame has none, or one that is
 * longer than its payload.
 */
export function pipeListOf(header: Header, view: DataView, start: number, end: number): PipeList | undefined {
  if ((header.flags & pipesFlag) === 0) return undefined;
  const at = start + ((header.flags & streamFlag) !== 0 && header.kind === kinds.call ? creditBytes : 0);
  if (end - at < 4) return undefined;
  const count = view.getUint32(at, true);
  return count > (end - at - 4) / 4 ? undefined : { at: at + 4, count };
}
