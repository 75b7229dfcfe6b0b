import type { ComponentChildren, VNode } from "preact";
import type { HubError } from "../hub/mcp.ts";

interface NoticeProps {
  readonly tone: "good" | "warn" | "bad" | "plain";
  readonly children: ComponentChildren;
}

/** Says how something went. */
export function Notice({ tone, children }: NoticeProps): VNode {
  return (
    <div class={`notice ${tone}`} role={tone === "bad" ? "alert" : "status"}>
      {children}
    </div>
  );
}

/** Says what the hub refused, with its code to look up. */
export function ErrorNotice({ error, retry }: { readonly error: HubError; readonly retry?: () => void }): VNode {
  return (
    <Notice tone="bad">
      <p>
        <strong class="mono">{error.code}</strong> {error.message}
      </p>
      {retry ? (
        <button type="button" class="button" onClick={retry}>
          Try again
        </button>
      ) : null}
    </Notice>
  );
}
