import type { VNode } from "preact";
import { duration, percent } from "../figures.ts";
import type { RunningCall } from "../hub/live.ts";
import { timeLeftMs } from "../time-left.ts";

/** A running call: its bar, what it says, and the time left. Keeps its place while there is nothing to tell. */
export function Work({ call, idle = "" }: { readonly call: RunningCall | undefined; readonly idle?: string }): VNode {
  const share = call?.total ? Math.min(1, call.done / call.total) : 0;
  const left = call ? timeLeftMs(call, Date.now()) : undefined;
  return (
    <div class="work">
      <div class="work-line">
        <span class="soft">{call?.message ?? idle}</span>
        <span class="number">
          {call?.total ? percent(share, 0) : ""}
          {left === undefined ? "" : `, ${duration(Math.round(left / 1000) * 1000)} left`}
        </span>
      </div>
      <div
        class="meter"
        role="progressbar"
        aria-label={call?.tool ?? "no call is running"}
        aria-valuenow={Math.round(share * 100)}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <span style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
}
