import type { VNode } from "preact";

/** Stands where something will be: as tall as it, so that nothing jumps when it comes. */
export function Skeleton({ height, width = "100%" }: { readonly height: string; readonly width?: string }): VNode {
  return (
    <span class="skeleton" style={{ height, width }}>
      <span class="unseen">loading</span>
    </span>
  );
}
