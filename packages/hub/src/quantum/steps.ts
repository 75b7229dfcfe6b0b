import type { Step } from "./solver-interface.ts";

/** Tells how far the work is, 0 to 1, with a sentence and the lowest energy so far where there is one. */
export type Report = (done: number, message: string, energy?: number) => void;

/**
 * Runs `work` and gives its progress and then its answer, one item at a time. Progress that nobody has taken yet is
 * replaced by newer progress, so a slow reader neither holds the work up nor piles it up.
 */
export async function* stepsOf<A>(work: (report: Report) => Promise<A>): AsyncGenerator<Step<A>> {
  let newest: Step<A> | undefined;
  let ended = false;
  let news = Promise.withResolvers<void>();
  const running = work((done, message, energy) => {
    newest = { done, message, ...(energy === undefined ? {} : { energy }) };
    news.resolve();
  }).finally(() => {
    ended = true;
    news.resolve();
  });
  running.catch(() => {}); // Thrown below, once the reader asks.
  while (!ended) {
    await news.promise;
    news = Promise.withResolvers();
    if (newest) yield newest;
    newest = undefined;
  }
  yield { answer: await running };
}
