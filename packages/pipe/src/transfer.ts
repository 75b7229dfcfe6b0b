// Remembered beside the value and not wrapped around it, so that inputs, outputs and items keep their types.
const lists = new WeakMap<object, readonly ArrayBuffer[]>();
// The newest mark is mostly asked for before the next one is made: it needs no entry, which costs an eighth of a message of 64 KB.
let newest: object | undefined;
let newestList: readonly ArrayBuffer[] = [];

/**
 * Marks buffers of a body to be moved and not copied when a binding crosses threads; the sender's buffers are then empty.
 * In process, where nothing is copied, it does nothing. Works for inputs, outputs and stream items alike.
 *
 *     return transfer({ samples }, [samples.buffer]);
 */
export function transfer<T extends object>(body: T, buffers: readonly ArrayBuffer[]): T {
  if (newest !== undefined && newest !== body && !newestList.every(isMoved)) lists.set(newest, newestList);
  newest = body;
  newestList = buffers;
  return body;
}

function isMoved(buffer: ArrayBuffer): boolean {
  return buffer.detached;
}

/** The buffers that were marked for this body. */
export function transferList(body: unknown): readonly ArrayBuffer[] | undefined {
  if (body === newest && body !== undefined) return newestList;
  return typeof body === "object" && body !== null ? lists.get(body) : undefined;
}
