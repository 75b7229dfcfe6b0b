/** Waits for a reply until a signal is aborted. An abort also cancels the task (registry.send sees to it); nobody waits for an agent that does not hear it. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", stop));
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}

/**
 * Waits until something is heard of, or for `lookMs`, since what another hub does is not; or rejects when the signal is aborted. Whoever
 * calls it looks then, and may call it again.
 */
export async function heardOrLook(heard: Promise<void> | undefined, lookMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, lookMs);
  void heard?.then(resolve);
  try {
    await orAborted(promise, signal);
  } finally {
    clearTimeout(timer);
  }
}
