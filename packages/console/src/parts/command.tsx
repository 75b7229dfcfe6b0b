import type { VNode } from "preact";
import { useState } from "preact/hooks";

/** A command to copy. */
export function Command({ text }: { readonly text: string }): VNode {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // The browser keeps the clipboard from pages that are not on a safe origin; the text can still be selected.
    }
  };
  return (
    <span class="command">
      <code>{text}</code>
      <button type="button" class="button" onClick={() => void copy()} aria-label={`copy: ${text}`}>
        {copied ? "copied" : "copy"}
      </button>
    </span>
  );
}
