import type { VNode } from "preact";
import { useState } from "preact/hooks";

/** The JSON behind what is shown, one click away; it is written out only when opened. */
export function Raw({ label = "JSON", value }: { readonly label?: string; readonly value: unknown }): VNode {
  const [open, setOpen] = useState(false);
  return (
    <details class="raw" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{label}</summary>
      {open ? <Json value={value} /> : null}
    </details>
  );
}

/** JSON, indented; scrolls when long. */
export function Json({ value }: { readonly value: unknown }): VNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <pre class="json" tabIndex={0}>
      {JSON.stringify(value, undefined, 2)}
    </pre>
  );
}
