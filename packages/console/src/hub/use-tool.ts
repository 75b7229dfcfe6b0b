/**
 * The result of a read-only tool, kept fresh. It is loaded again when a live event or progress that matters for it
 * comes, at most once a second and only while the page is seen; the last result stays on screen meanwhile, so that
 * nothing jumps. Every call is itself an event in the log: `on` must never match `tool.called`, or it would feed itself.
 */
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import type { CallProgress, HubEvent } from "./event.ts";
import { callTool, HubError } from "./mcp.ts";
import { LiveContext } from "./use-live.ts";

/** What there is of a result: neither (loading), one, or both (an older result and why the newest failed). */
export interface ToolResult<T> {
  readonly data: T | undefined;
  readonly error: HubError | undefined;
  readonly reload: () => void;
}

/** What makes a result stale. */
export interface Freshness {
  readonly on?: (event: HubEvent) => boolean;
  readonly onProgress?: (progress: CallProgress) => boolean;
  /** Loads again after so many milliseconds in any case. */
  readonly everyMs?: number;
}

const shortestMs = 1000;
const results = new Map<string, unknown>();

/** Calls a tool and keeps its result fresh; `undefined` input calls nothing yet. */
export function useTool<T>(name: string, input: object | undefined, freshness: Freshness = {}): ToolResult<T> {
  const live = useContext(LiveContext);
  const key = input === undefined ? undefined : `${name} ${JSON.stringify(input)}`;
  const [, redraw] = useState(0);
  const failure = useRef<{ key: string; error: HubError } | undefined>(undefined);
  const again = useRef(() => {});
  const fresh = useRef(freshness);
  fresh.current = freshness;

  useEffect(() => {
    if (key === undefined) return;
    const aborter = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let loadedAt = Number.NEGATIVE_INFINITY;
    let loading = false;
    let stale = false;
    const load = async (): Promise<void> => {
      timer = undefined;
      loading = true;
      stale = false;
      loadedAt = performance.now();
      try {
        results.set(key, await callTool(name, JSON.parse(key.slice(name.length + 1)), aborter.signal));
        failure.current = undefined;
      } catch (error) {
        if (aborter.signal.aborted) return;
        if (!(error instanceof HubError)) throw error;
        if (error.status === 401) live.refuse();
        failure.current = { key, error };
      }
      loading = false;
      redraw((count) => count + 1);
      if (stale) plan();
      else if (fresh.current.everyMs) timer = setTimeout(() => plan(), fresh.current.everyMs);
    };
    const plan = (): void => {
      stale = true;
      if (loading || document.visibilityState === "hidden") return;
      clearTimeout(timer);
      timer = setTimeout(() => void load(), Math.max(0, loadedAt + shortestMs - performance.now()));
    };
    const seen = (): void => {
      if (stale) plan();
    };
    again.current = plan;
    void load();
    let wasOpen = live.state === "open";
    const stops = [
      live.onEvent((event) => fresh.current.on?.(event) && plan()),
      live.onProgress((progress) => fresh.current.onProgress?.(progress) && plan()),
      // What happened while the hub could not be reached.
      live.onChange(() => {
        if (live.state === "open" && !wasOpen) plan();
        wasOpen = live.state === "open";
      }),
    ];
    document.addEventListener("visibilitychange", seen);
    return () => {
      aborter.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
      for (const stop of stops) stop();
    };
  }, [key, live]);

  return {
    data: key === undefined ? undefined : (results.get(key) as T | undefined), // why: only this tool's results are under this key
    error: failure.current && failure.current.key === key ? failure.current.error : undefined,
    reload: () => again.current(),
  };
}
