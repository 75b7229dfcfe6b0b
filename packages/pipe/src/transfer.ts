// Remembered beside the value and not wrapped around it, so that inputs, outputs and items keep their types.
const lists = new WeakMap<object, readonly ArrayBuffer[]>();

/**
 * Marks buffers of a body to be moved and not copied when a binding crosses threads; the sender's buffers are then empty.
 * In process, where nothing is copied, it does nothing. Works for inputs, outputs and stream items alike.
 *
 *     return transfer({ samples }, [samples.buffer]);
 */
export function transfer<T extends object>(body: T, buffers: readonly ArrayBuffer[]): T {
  lists.set(body, buffers);
  return body;
}

/** The buffers that were marked for this body. */
export function transferList(body: unknown): readonly ArrayBuffer[] | undefined {
  return typeof body === "object" && body !== null ? lists.get(body) : undefined;
}
